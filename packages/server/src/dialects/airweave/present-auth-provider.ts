import type { z } from 'zod';
import type { AuthProvider } from '../../auth/providers/model.ts';
import type { OutsideProvider } from '../../auth/providers/outside-provider.ts';
import { timestamp } from '../../http/wire-values.ts';
import type * as schema from './auth-provider-schema.ts';
import { className, presentFields } from './present-source.ts';

/** A kind of outside vault. */
export function presentAuthProviderKind(provider: OutsideProvider): z.output<typeof schema.AuthProvider> {
  const name = className(provider.kind);
  return {
    name: provider.title,
    short_name: provider.kind,
    class_name: `${name}AuthProvider`,
    auth_config_class: `${name}AuthConfig`,
    config_class: `${name}Config`,
    description: provider.description,
    auth_fields: { fields: presentFields(provider.key) },
    config_fields: { fields: presentFields(provider.config) },
  };
}

/** A connected one; nothing of its key but the client id's ends. */
export function presentAuthProvider(provider: AuthProvider): z.output<typeof schema.AuthProviderConnection> {
  return {
    id: provider.id,
    organization_id: provider.organizationId,
    name: provider.name,
    readable_id: provider.readableId,
    short_name: provider.kind,
    description: provider.description,
    masked_client_id: provider.maskedClientId,
    created_at: timestamp(provider.createdAt),
    modified_at: timestamp(provider.modifiedAt),
    created_by_email: provider.createdByEmail,
    modified_by_email: provider.modifiedByEmail,
  };
}
