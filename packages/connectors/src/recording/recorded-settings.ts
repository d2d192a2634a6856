import { z } from 'zod';
import { ConnectorError } from '../kit/connector-error.ts';
import type { JsonObject } from '../kit/json.ts';

/** What a recording was made with, beside its exchanges. */
const RecordedSettings = z.object({
  /** Milliseconds precision, ISO 8601: the time that the manifest saw. */
  recordedAt: z.iso.datetime(),
  /** Of each slice, and of each stream. */
  pages: z.int().positive().default(2),
  slices: z.int().positive().default(5),
  /** Absent: all. */
  streams: z.array(z.string()).optional(),
  config: z.record(z.string(), z.json()),
});

export interface RecordedSettings {
  readonly recordedAt: string;
  readonly pages: number;
  readonly slices: number;
  readonly streams?: readonly string[] | undefined;
  /** With stand-ins for its secrets. */
  readonly config: JsonObject;
}

/** Throws `ConnectorError('configuration')` that names the place in the file. */
export function parseRecordedSettings(given: unknown): RecordedSettings {
  const parsed = RecordedSettings.safeParse(given);
  if (parsed.success) return parsed.data as RecordedSettings;
  const [issue] = parsed.error.issues;
  throw new ConnectorError('configuration', `The recorded settings: ${issue?.path.join('.')}: ${issue?.message}`);
}
