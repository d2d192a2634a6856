import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { AnyConnectionType } from '@tributary/connectors/kit/connection-type';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { EnvironmentId, OrganizationId, ProjectId } from '../lib/ids.ts';
import type { TypeOpener } from './type-opener.ts';

/** What came of asking the far end of a connection. */
export interface ProbeResult {
  readonly success: boolean;
  /** What it answered, or what to change. */
  readonly message: string;
}

export interface ProbeRequest {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  /** Whose variables placeholders stand for; `production` when it is not said. */
  readonly environment: string | undefined;
  readonly type: AnyConnectionType;
  /** Secrets in their places as text. */
  readonly settings: JsonObject;
}

export interface ConnectionProbe {
  /** Asks within bounds. Throws what finding the environment throws; what the far end says is the result. */
  test(request: ProbeRequest): Promise<ProbeResult>;
}

/** Tells the id of a project's environment by its name. Throws when it has none of it. */
export type FindEnvironment = (
  organizationId: OrganizationId,
  projectId: ProjectId,
  name: string,
) => Promise<EnvironmentId>;

const production = 'production';

export function createConnectionProbe({
  opener,
  findEnvironment,
  timeoutMs,
}: {
  readonly opener: Pick<TypeOpener, 'test'>;
  readonly findEnvironment: FindEnvironment;
  readonly timeoutMs: number;
}): ConnectionProbe {
  return {
    async test({ environment = production, ...request }) {
      const environmentId = await findEnvironment(request.organizationId, request.projectId, environment);
      const signal = AbortSignal.timeout(timeoutMs);
      const { promise: late, reject } = Promise.withResolvers<never>();
      const onLate = (): void => reject(new ConnectorError('unavailable', `no answer within ${timeoutMs / 1_000} s`));
      signal.addEventListener('abort', onLate, { once: true });
      try {
        const { message } = await Promise.race([opener.test({ ...request, environmentId, signal }), late]);
        return { success: true, message };
      } catch (error) {
        if (error instanceof ConnectorError) return { success: false, message: error.message };
        // What libraries throw may hold anything; its name is enough to look further.
        return {
          success: false,
          message: `The test failed: ${error instanceof Error ? error.name : 'unknown failure'}`,
        };
      } finally {
        signal.removeEventListener('abort', onLate);
      }
    },
  };
}
