import { z } from 'zod';
import type { ConnectorInput, ConnectorService, ConnectorUpgrade, OwnConnector } from '../../connectors/service.ts';
import { routeFor } from '../route.ts';
import { Timestamp, timestamp } from '../wire-values.ts';

const route = routeFor<{ readonly connectors: ConnectorService }>();

const ConnectorStream = z
  .object({
    name: z.string(),
    primaryKey: z.array(z.array(z.string())).meta({ description: 'Paths of the parts of its key.' }),
    cursorField: z.string().nullable().meta({ description: 'Of incremental streams.' }),
    partitionedBy: z.array(z.string()).meta({ description: 'What the stream is read in parts of.' }),
  })
  .meta({ id: 'ConnectorStream' });

const ConnectorBody = z
  .object({
    name: z.string().meta({ description: 'The `short_name` of the source.' }),
    title: z.string(),
    version: z.int().meta({ description: 'The one that is used.' }),
    contentHash: z.string().meta({ description: 'SHA-256 of the manifest and its files.' }),
    origin: z.string().nullable().meta({ description: 'Where the manifest came from.' }),
    streams: z.array(ConnectorStream).meta({ description: 'Those that the manifest names.' }),
    missing: z
      .array(z.object({ className: z.string(), streams: z.array(z.string()) }))
      .meta({ description: 'Custom classes that are not there, and the streams that cannot be read without them.' }),
    hosts: z
      .array(z.string())
      .meta({ description: 'Where requests may go, as the manifest has it; empty when that is not known.' }),
    warnings: z
      .array(z.string())
      .meta({ description: 'What of the manifest cannot be used, for example its way of signing in, and why.' }),
    createdAt: Timestamp,
    modifiedAt: Timestamp,
    createdByEmail: z.string().nullable(),
    modifiedByEmail: z.string().nullable(),
  })
  .meta({ id: 'Connector' });

const ConnectorVersion = z
  .object({
    version: z.int(),
    contentHash: z.string(),
    origin: z.string().nullable(),
    createdAt: Timestamp,
    createdByEmail: z.string().nullable(),
  })
  .meta({ id: 'ConnectorVersion' });

const HostChange = z
  .object({
    host: z.string().meta({ description: 'As the manifest has it, templates included.' }),
    change: z.enum(['added', 'gone']),
  })
  .meta({ id: 'ConnectorHostChange' });

const StreamChange = z
  .object({
    stream: z.string(),
    change: z.enum(['added', 'gone', 'state_kept', 'state_dropped']).meta({
      description: '`state_dropped`: the next sync reads the stream from its start.',
    }),
    reason: z.string(),
  })
  .meta({ id: 'ConnectorStreamChange' });

const ConnectorUpgradeBody = z
  .object({ connector: ConnectorBody, changes: z.array(StreamChange), hosts: z.array(HostChange) })
  .meta({ id: 'ConnectorUpgrade' });

/** The largest manifest in public use has 1.25 MB. */
const Manifest = z.string().min(1).max(2_097_152).meta({ description: 'A declarative manifest, as YAML or JSON.' });
const content = {
  manifest: Manifest,
  files: z
    .record(z.string().max(300), z.string().max(1_048_576))
    .refine((files) => Object.keys(files).length <= 200, 'at most 200 files')
    .optional()
    .meta({ description: 'Files beside the manifest by their paths, for example `schemas/users.json`.' }),
  title: z.string().min(1).max(100).optional(),
  origin: z.string().max(500).optional().meta({ description: 'Where the manifest came from, for people.' }),
};
const ConnectorName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'lower-case letters, digits, - and _, a letter first')
  .meta({ description: 'The `short_name` under which source connections use it.' });
const NewConnector = z.strictObject({ name: ConnectorName, ...content }).meta({ id: 'NewConnector' });
const acceptNewHosts = z.boolean().default(false).meta({
  description:
    'Go on although requests are sent to hosts that they were not sent to before; needs `source_connections:write`.',
});
const ConnectorContent = z.strictObject({ ...content, acceptNewHosts }).meta({ id: 'ConnectorContent' });
const ConnectorChange = z
  .strictObject({ version: z.int().min(1).meta({ description: 'The version to use from now on.' }), acceptNewHosts })
  .meta({ id: 'ConnectorChange' });

function inputOf({ manifest, files, title, origin }: Omit<z.output<typeof NewConnector>, 'name'>): ConnectorInput {
  return {
    manifest,
    ...(files && { files }),
    ...(title !== undefined && { title }),
    ...(origin !== undefined && { origin }),
  };
}

function present(connector: OwnConnector): z.output<typeof ConnectorBody> {
  return {
    name: connector.name,
    title: connector.title,
    version: connector.version,
    contentHash: connector.contentHash,
    origin: connector.origin,
    streams: connector.streams.map(({ name, primaryKey, cursorField, partitionedBy }) => ({
      name,
      primaryKey: primaryKey.map((path) => [...path]),
      cursorField,
      partitionedBy: [...partitionedBy],
    })),
    missing: connector.missing.map(({ className, streams }) => ({ className, streams: [...streams] })),
    hosts: [...connector.hosts],
    warnings: [...connector.warnings],
    createdAt: timestamp(connector.created_at),
    modifiedAt: timestamp(connector.modified_at),
    createdByEmail: connector.created_by_email,
    modifiedByEmail: connector.modified_by_email,
  };
}

const presentUpgrade = ({ connector, changes, hosts }: ConnectorUpgrade): z.output<typeof ConnectorUpgradeBody> => ({
  connector: present(connector),
  changes: changes.map((change) => ({ ...change })),
  hosts: hosts.map((change) => ({ ...change })),
});

const tag = 'Connectors';
const onAll = { tag, path: '/connectors' } as const;
const params = z.object({ connectorName: z.string() });
const onOne = { tag, path: '/connectors/:connectorName', params } as const;

/** Connectors that an organization adds by manifests. Those that come with the service are under `/sources`. */
export const connectorRoutes = [
  route({
    ...onAll,
    method: 'GET',
    operationId: 'listConnectors',
    summary: 'List the connectors that the organization has added, by name',
    access: 'source_connections:read',
    returns: { 200: z.array(ConnectorBody) },
    errors: [],
    handler: async ({ actor, services }) => (await services.connectors.list(actor)).map(present),
  }),
  route({
    ...onAll,
    method: 'POST',
    operationId: 'createConnector',
    summary: 'Add a connector by its manifest; it is a source like any other from then on',
    access: 'organization:write',
    body: NewConnector,
    returns: { 201: ConnectorBody },
    errors: ['connector_exists', 'connector_name_taken', 'connector_manifest_invalid', 'connector_manifest_too_heavy'],
    handler: async ({ actor, body: { name, ...given }, services }) =>
      present(await services.connectors.create(actor, name, inputOf(given))),
  }),
  route({
    ...onOne,
    method: 'GET',
    operationId: 'getConnector',
    summary: 'Show a connector of the organization',
    access: 'source_connections:read',
    returns: { 200: ConnectorBody },
    errors: ['connector_not_found'],
    handler: async ({ actor, params: { connectorName }, services }) =>
      present(await services.connectors.get(actor, connectorName)),
  }),
  route({
    ...onOne,
    path: '/connectors/:connectorName/versions',
    method: 'GET',
    operationId: 'listConnectorVersions',
    summary: 'List the versions of a connector, newest first',
    access: 'source_connections:read',
    returns: { 200: z.array(ConnectorVersion) },
    errors: ['connector_not_found'],
    handler: async ({ actor, params: { connectorName }, services }) =>
      (await services.connectors.versions(actor, connectorName)).map((version) => ({
        version: version.version,
        contentHash: version.content_hash,
        origin: version.origin,
        createdAt: timestamp(version.created_at),
        createdByEmail: version.created_by_email,
      })),
  }),
  route({
    ...onOne,
    method: 'PUT',
    operationId: 'upgradeConnector',
    summary: 'Give a connector a new version of its manifest, and say what that does to its streams',
    access: 'organization:write',
    body: ConnectorContent,
    returns: { 200: ConnectorUpgradeBody },
    errors: [
      'connector_not_found',
      'connector_manifest_invalid',
      'connector_manifest_too_heavy',
      'connector_hosts_not_accepted',
    ],
    handler: async ({ actor, params: { connectorName }, body, services }) =>
      presentUpgrade(await services.connectors.upgrade(actor, connectorName, inputOf(body), body)),
  }),
  route({
    ...onOne,
    method: 'PATCH',
    operationId: 'useConnectorVersion',
    summary: 'Use another version that a connector has, for example the one before',
    access: 'organization:write',
    body: ConnectorChange,
    returns: { 200: ConnectorUpgradeBody },
    errors: ['connector_not_found', 'connector_version_not_found', 'connector_hosts_not_accepted'],
    handler: async ({ actor, params: { connectorName }, body, services }) =>
      presentUpgrade(await services.connectors.use(actor, connectorName, body.version, body)),
  }),
  route({
    ...onOne,
    method: 'DELETE',
    operationId: 'deleteConnector',
    summary: 'Delete a connector that no connection uses, with all its versions',
    access: 'organization:write',
    returns: { 200: ConnectorBody },
    errors: ['connector_not_found', 'connector_in_use'],
    handler: async ({ actor, params: { connectorName }, services }) =>
      present(await services.connectors.delete(actor, connectorName)),
  }),
];
