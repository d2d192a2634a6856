import { z } from 'zod';
import { ConnectorError } from '../kit/connector-error.ts';

const Expected = z.object({
  streams: z.record(z.string(), z.object({ records: z.int().nonnegative(), firstKey: z.string().optional() })),
});

/** What a recording gave when it was taken, by the names of the streams. */
export type ExpectedStreams = z.output<typeof Expected>['streams'];

/** Throws `ConnectorError('configuration')` that names the place in the file. */
export function parseExpected(given: unknown): ExpectedStreams {
  const parsed = Expected.safeParse(given);
  if (parsed.success) return parsed.data.streams;
  const [issue] = parsed.error.issues;
  throw new ConnectorError('configuration', `What is expected: ${issue?.path.join('.')}: ${issue?.message}`);
}
