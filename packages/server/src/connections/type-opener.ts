import type { AnyConnectionType, OpenConnection } from '@tributary/connectors/kit/connection-type';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { Logger } from '@tributary/connectors/kit/context';
import type { JsonObject } from '@tributary/connectors/kit/json';
import { createTypeContext } from '@tributary/connectors/kit/type-context';
import type { OwnedTypeContext } from '@tributary/connectors/kit/type-context';
import type { KeyMaterialSource } from '../certificates/key-material-source.ts';
import type { Config } from '../config.ts';
import type { ControlStore } from '../control/database.ts';
import type { VariableSource } from '../environments/variable-source.ts';
import type { Clock } from '../lib/clock.ts';
import type { EnvironmentId, OrganizationId, ProjectId } from '../lib/ids.ts';

export interface TypeUse {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  /** Whose variables placeholders stand for. */
  readonly environmentId: EnvironmentId;
  readonly type: AnyConnectionType;
  /** Secrets in their places as text; placeholders as written. */
  readonly settings: JsonObject;
  readonly signal: AbortSignal;
}

/** Opens and tests connections of the types that are opened, under the operator's rules and an environment's variables. */
export interface TypeOpener {
  /** The client, to be closed by the caller. Throws `ConnectorError`. */
  open(use: TypeUse): Promise<OpenConnection>;
  /** Asks the far end. Throws `ConnectorError`. */
  test(use: TypeUse): Promise<{ readonly message: string }>;
}

interface Needs {
  readonly config: Pick<Config, 'allowPrivateNetwork' | 'fileRoots' | 'dataDir'>;
  readonly control: ControlStore;
  readonly variables: VariableSource;
  readonly keyMaterial: KeyMaterialSource;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createTypeOpener({ config, control, variables, keyMaterial, clock, log }: Needs): TypeOpener {
  const contextOf = async (use: TypeUse): Promise<OwnedTypeContext> => {
    const { organizationId, projectId, environmentId } = use;
    return createTypeContext({
      ...use,
      variables: await variables.valuesIn(control.db, organizationId, projectId, environmentId),
      async keyMaterial(name) {
        const found = await keyMaterial.open(control.db, organizationId, projectId, name);
        if (found) return found;
        throw new ConnectorError('configuration', `The project has no certificate or key store '${name}'.`);
      },
      policy: { allow: config.allowPrivateNetwork },
      roots: config.fileRoots,
      refused: [config.dataDir],
      clock,
      log,
    });
  };
  return {
    async open(use) {
      const ctx = await contextOf(use);
      try {
        const opened = await use.type.open(ctx);
        return {
          ...(opened.notify && { notify: opened.notify.bind(opened) }),
          async close() {
            await opened.close();
            await ctx.close();
          },
        };
      } catch (error) {
        await ctx.close();
        throw error;
      }
    },
    async test(use) {
      const ctx = await contextOf(use);
      try {
        return await use.type.test(ctx);
      } finally {
        await ctx.close();
      }
    },
  };
}
