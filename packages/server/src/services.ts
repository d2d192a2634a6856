import type { ApiKeyService } from './auth/service.ts';
import type { AuthProviderService } from './auth/providers/service.ts';
import type { CertificateService } from './certificates/service.ts';
import type { CollectionService } from './collections/service.ts';
import type { AccessTokenService } from './auth/access-tokens/service.ts';
import type { NamedConnections } from './connections/named-connections.ts';
import type { ConnectorService } from './connectors/service.ts';
import type { ConnectorRegistry } from './connections/registry.ts';
import type { IntegrationSourceService } from './integration-sources/service.ts';
import type { EnvironmentService } from './environments/service.ts';
import type { VariableService } from './environments/variables.ts';
import type { DeploymentService } from './deployments/service.ts';
import type { SearchService } from './search/service.ts';
import type { OwnClients } from './auth/oauth/own-clients.ts';
import type { AuthorizationService } from './source-connections/authorization/service.ts';
import type { SelectionService } from './source-connections/selection-service.ts';
import type { SourceConnectionService } from './source-connections/service.ts';
import type { SyncService } from './syncs/service.ts';

/** What the routes of every dialect may call. */
export interface Services {
  readonly apiKeys: ApiKeyService;
  readonly registry: ConnectorRegistry;
  /** Those that organizations have added. */
  readonly connectors: ConnectorService;
  readonly authProviders: AuthProviderService;
  readonly deployments: DeploymentService;
  readonly collections: CollectionService;
  readonly sourceConnections: SourceConnectionService;
  readonly authorizations: AuthorizationService;
  readonly oauthClients: OwnClients;
  readonly selections: SelectionService;
  readonly syncs: SyncService;
  readonly namedConnections: NamedConnections;
  readonly accessTokens: AccessTokenService;
  readonly search: SearchService;
  readonly integrationSources: IntegrationSourceService;
  readonly environments: EnvironmentService;
  readonly variables: VariableService;
  readonly certificates: CertificateService;
}
