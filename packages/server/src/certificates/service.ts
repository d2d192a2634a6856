import type { AuditLog } from '../audit/service.ts';
import type { Actor } from '../auth/actor.ts';
import type { ControlStore, Queryable } from '../control/database.ts';
import { errors } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { type KeyMaterialId, newId, type OrganizationId, type ProjectId } from '../lib/ids.ts';
import type { ProjectService } from '../projects/service.ts';
import { sealContext } from '../vault/sealed-places.ts';
import { Secret } from '@tributary/connectors/kit/secret';
import type { Vault } from '../vault/vault.ts';
import { type CertificateFacts, isoOf, readFacts, warningsOf } from './certificate-facts.ts';
import type { KeyMaterialInput, KeyMaterialReader } from './key-material-reader.ts';
import type { SealedKeyMaterial } from './key-material-source.ts';
import type { ReadKeyMaterial } from './read-key-material.ts';
import {
  deleteKeyMaterial,
  findKeyMaterial,
  insertKeyMaterial,
  type KeyMaterialRow,
  listKeyMaterial,
  updateKeyMaterial,
} from './repository.ts';

/** A certificate or key store as its owner may see it; the private key is in no answer. */
export interface Certificate extends Omit<KeyMaterialRow, 'facts' | 'key_id' | 'wrapped_key' | 'ciphertext'> {
  /** Of each certificate; where there is a private key, the key's own comes first. */
  readonly facts: readonly CertificateFacts[];
  /** What its owner should know: that one has expired or does soon. */
  readonly warnings: readonly string[];
}

export type CertificateInput = KeyMaterialInput & {
  /** Take it although a certificate in it has expired. */
  readonly allowExpired: boolean;
};

/** What connections of a project know under this name is another one from now on. */
export interface CertificateChange {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  readonly name: string;
}

/** Certificates and key stores of projects, which connections refer to by name. Names compare without case. */
export interface CertificateService {
  /** By name. @throws project_not_found, forbidden */
  list(actor: Actor, project: string): Promise<readonly Certificate[]>;
  /** @throws project_not_found, forbidden, certificate_not_found */
  get(actor: Actor, project: string, name: string): Promise<Certificate>;
  /** @throws project_not_found, forbidden, certificate_exists, certificate_unusable, certificate_expired */
  create(actor: Actor, project: string, name: string, input: CertificateInput): Promise<Certificate>;
  /** Puts another one in its place. @throws project_not_found, forbidden, certificate_not_found, certificate_unusable, certificate_expired */
  replace(actor: Actor, project: string, name: string, input: CertificateInput): Promise<Certificate>;
  /** @throws project_not_found, forbidden, certificate_not_found, certificate_in_use */
  delete(actor: Actor, project: string, name: string): Promise<Certificate>;
}

interface CertificateNeeds {
  readonly control: ControlStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly vault: Vault;
  readonly projects: ProjectService;
  readonly read: KeyMaterialReader;
  /** Whether connections of the project name it; without it none does. */
  readonly isReferenced?: (tx: Queryable, certificate: CertificateChange) => Promise<boolean>;
  /** After the commit of a replacement. */
  readonly onChanged?: (change: CertificateChange) => void;
}

export function createCertificateService(needs: CertificateNeeds): CertificateService {
  const { control, audit, clock, projects } = needs;
  const show = (row: KeyMaterialRow): Certificate => shown(row, clock.now());
  const viewed = async (actor: Actor, project: string) =>
    (await projects.getFor(control.db, actor, project, 'SECRETS_CERTIFICATES:VIEW')).id;
  const managed = async (db: Queryable, actor: Actor, project: string) =>
    (await projects.getFor(db, actor, project, 'SECRETS_CERTIFICATES:MANAGE')).id;
  const record = (tx: Queryable, actor: Actor, done: 'created' | 'replaced' | 'deleted', { id }: KeyMaterialRow) =>
    audit.record(tx, actor, { action: `certificate.${done}`, subjectKind: 'certificate', subjectId: id });
  return {
    async list(actor, project) {
      return (await listKeyMaterial(control.db, actor.organizationId, await viewed(actor, project))).map(show);
    },
    async get(actor, project, name) {
      return show(await getRow(control.db, actor, await viewed(actor, project), name));
    },
    async create(actor, project, name, input) {
      await managed(control.db, actor, project);
      const content = await readChecked(needs, input);
      return control.transaction(async (tx) => {
        const row = newRow(needs, actor, await managed(tx, actor, project), name, content);
        if (!(await insertKeyMaterial(tx, row))) throw errors.certificate_exists({ name });
        await record(tx, actor, 'created', row);
        return show(row);
      });
    },
    async replace(actor, project, name, input) {
      await getRow(control.db, actor, await managed(control.db, actor, project), name);
      const content = await readChecked(needs, input);
      const row = await control.transaction(async (tx) => {
        const before = await getRow(tx, actor, await managed(tx, actor, project), name);
        const change = columnsOf(needs, actor, before.id, content);
        await updateKeyMaterial(tx, actor.organizationId, before.id, change);
        await record(tx, actor, 'replaced', before);
        return { ...before, ...change };
      });
      needs.onChanged?.(namesOf(row));
      return show(row);
    },
    delete: (actor, project, name) =>
      control.transaction(async (tx) => {
        const row = await getRow(tx, actor, await managed(tx, actor, project), name);
        if (await needs.isReferenced?.(tx, namesOf(row))) throw errors.certificate_in_use({ name: row.name });
        await deleteKeyMaterial(tx, actor.organizationId, row.id);
        await record(tx, actor, 'deleted', row);
        return show(row);
      }),
  };
}

async function readChecked({ read, clock }: CertificateNeeds, input: CertificateInput): Promise<ReadKeyMaterial> {
  const content = await read(input);
  const expired = content.facts.find(({ notAfter }) => notAfter <= clock.now());
  if (expired && !input.allowExpired) {
    throw errors.certificate_expired({ subject: expired.subject, notAfter: isoOf(expired.notAfter) });
  }
  return content;
}

async function getRow(db: Queryable, { organizationId }: Actor, projectId: ProjectId, name: string) {
  const row = await findKeyMaterial(db, organizationId, projectId, name);
  if (!row) throw errors.certificate_not_found({ name });
  return row;
}

function columnsOf({ vault, clock }: CertificateNeeds, actor: Actor, id: KeyMaterialId, content: ReadKeyMaterial) {
  const { certificates, privateKey, facts } = content;
  const sealed: SealedKeyMaterial = {
    certificates,
    ...(privateKey !== undefined && { privateKey: new Secret(privateKey) }),
  };
  return {
    kind: privateKey === undefined ? ('certificate' as const) : ('key_store' as const),
    facts: JSON.stringify(facts),
    expires_at: Math.min(...facts.map(({ notAfter }) => notAfter)),
    ...vault.seal({ ...sealed }, sealContext('key_material', actor.organizationId, id)),
    modified_at: clock.now(),
    modified_by_email: actor.email,
  };
}

function newRow(
  needs: CertificateNeeds,
  actor: Actor,
  projectId: ProjectId,
  name: string,
  content: ReadKeyMaterial,
): KeyMaterialRow {
  const id = newId<KeyMaterialId>();
  return {
    id,
    organization_id: actor.organizationId,
    project_id: projectId,
    name,
    name_key: name.toLowerCase(),
    created_at: needs.clock.now(),
    created_by_email: actor.email,
    ...columnsOf(needs, actor, id, content),
  };
}

function namesOf(row: KeyMaterialRow): CertificateChange {
  return { organizationId: row.organization_id, projectId: row.project_id, name: row.name };
}

function shown(row: KeyMaterialRow, now: number): Certificate {
  const { key_id: _key, wrapped_key: _wrapped, ciphertext: _sealed, facts, ...rest } = row;
  const read = readFacts(facts);
  return { ...rest, facts: read, warnings: warningsOf(read, now) };
}
