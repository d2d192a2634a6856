import type { ConnectorRowId, OrganizationId } from '../lib/ids.ts';
import type { JsonText, Millis } from './column-types.ts';

/** The tables of connectors that organizations have added. */
export interface ConnectorTables {
  connector: {
    id: ConnectorRowId;
    organization_id: OrganizationId;
    name: string;
    title: string;
    version: number;
    created_at: Millis;
    modified_at: Millis;
    created_by_email: string | null;
    modified_by_email: string | null;
  };
  connector_version: {
    connector_id: ConnectorRowId;
    organization_id: OrganizationId;
    version: number;
    content_hash: string;
    manifest: string;
    files: JsonText;
    facts: JsonText;
    origin: string | null;
    created_at: Millis;
    created_by_email: string | null;
  };
}
