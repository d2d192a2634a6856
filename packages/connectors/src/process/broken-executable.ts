import { z } from 'zod';
import { none } from '../kit/auth.ts';
import type { Connector } from '../kit/connector.ts';
import type { ConnectorError } from '../kit/connector-error.ts';
import type { ExecutableDeclaration } from './executable-declaration.ts';

/** Stands for an executable that does not even tell its specification: whoever asks it hears why. */
export function brokenExecutable({ id, title }: ExecutableDeclaration, error: ConnectorError): Connector {
  return {
    id,
    title,
    description: `Cannot be used now. ${error.message}`,
    labels: ['Executable'],
    auth: [none],
    config: z.looseObject({}),
    endpoint: [],
    limits: { requestsPerMinute: 60, concurrency: 1 },
    touches: 'executables',
    entityTypes: [],
    check: () => Promise.reject(error),
    discover: () => Promise.reject(error),
  };
}
