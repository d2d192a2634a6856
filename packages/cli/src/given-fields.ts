import type { JsonObject } from '@tributary/sdk/model';
import { readFieldValues } from './field-values.ts';
import type { Session } from './session.ts';

export interface GivenFields {
  readonly config: JsonObject;
  readonly authentication?: { readonly credentials: JsonObject };
}

/** Reads `--config` and `--credential` by the fields that the source has. Throws CliError('usage'). */
export async function givenFields(
  session: Session,
  shortName: string,
  options: { readonly config?: readonly string[]; readonly credential?: readonly string[] },
): Promise<GivenFields> {
  const source = await session.client.sources.get(shortName, { signal: session.terminal.signal });
  const config = { source: shortName, option: '--config', fields: source.config_fields.fields };
  const credential = { source: shortName, option: '--credential', fields: source.auth_fields?.fields ?? [] };
  return {
    config: readFieldValues(config, options.config),
    ...(options.credential && {
      authentication: { credentials: readFieldValues(credential, options.credential) },
    }),
  };
}
