import { Audit } from './audit.ts';
import { Certificates } from './certificates.ts';
import { Collections } from './collections.ts';
import { IntegrationSources } from './integration-sources.ts';
import { Connectors } from './connectors.ts';
import { Connections } from './connections.ts';
import { Environments } from './environments.ts';
import { Projects } from './projects.ts';
import { Notifications } from './notifications.ts';
import { SourceConnections } from './source-connections.ts';
import { Sources } from './sources.ts';
import { Transport, type TransportOptions } from './transport.ts';
import { Variables } from './variables.ts';

/**
 * A client of one Tributary service.
 *
 * ```ts
 * const tributary = new TributaryClient({ url: 'http://127.0.0.1:8787', apiKey });
 * const notes = await tributary.collections.create({ name: 'Notes' });
 * ```
 *
 * Calls that may be repeated are: after 429 and 503 as the service asks, after network faults where that is harmless
 * (creates carry an `Idempotency-Key`). Failures are `TributaryError`; an aborted call throws what its signal was given.
 */
export class TributaryClient {
  readonly audit: Audit;
  readonly certificates: Certificates;
  readonly collections: Collections;
  readonly connections: Connections;
  readonly connectors: Connectors;
  readonly environments: Environments;
  readonly projects: Projects;
  readonly notifications: Notifications;
  readonly sources: Sources;
  readonly sourceConnections: SourceConnections;
  readonly integrationSources: IntegrationSources;
  readonly variables: Variables;

  constructor(options: TransportOptions) {
    const transport = new Transport(options);
    this.audit = new Audit(transport);
    this.certificates = new Certificates(transport);
    this.collections = new Collections(transport);
    this.connections = new Connections(transport);
    this.connectors = new Connectors(transport);
    this.environments = new Environments(transport);
    this.projects = new Projects(transport);
    this.notifications = new Notifications(transport);
    this.sources = new Sources(transport);
    this.sourceConnections = new SourceConnections(transport);
    this.integrationSources = new IntegrationSources(transport);
    this.variables = new Variables(transport);
  }
}
