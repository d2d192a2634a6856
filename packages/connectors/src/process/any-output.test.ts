import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConnectorError } from '../kit/connector-error.ts';
import { handClock, silentLog } from '../testing/connector-probe.ts';
import { readMessage } from './program-message.ts';
import type { ProgramSession } from './program-session.ts';
import { programStreams } from './program-stream.ts';
import { readProgram } from './read-program.ts';
import { declared } from './testing-executable.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'any-output-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Lines that look like the protocol's, and are wrong in some place. */
const types = ['RECORD', 'STATE', 'LOG', 'SPEC', 'CONNECTION_STATUS', 'CATALOG', 'TRACE', 'CONTROL', '__proto__', 'x'];
const payload = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      stream: fc.oneof(fc.constantFrom('users', 'x'), fc.jsonValue()),
      data: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue()),
      type: fc.oneof(
        fc.constantFrom('STREAM', 'GLOBAL', 'LEGACY', 'ERROR', 'STREAM_STATUS', 'ESTIMATE'),
        fc.jsonValue(),
      ),
      global: fc.jsonValue(),
      error: fc.oneof(fc.record({ message: fc.jsonValue(), failure_type: fc.jsonValue() }), fc.jsonValue()),
      stream_status: fc.record({ stream_descriptor: fc.jsonValue(), status: fc.jsonValue() }),
      level: fc.jsonValue(),
      message: fc.jsonValue(),
      sourceStats: fc.oneof(fc.record({ recordCount: fc.jsonValue() }), fc.jsonValue()),
    },
    { requiredKeys: [] },
  ),
);
const keys = ['record', 'state', 'log', 'spec', 'connectionStatus', 'catalog', 'trace', 'control'];
const message = fc
  .tuple(fc.constantFrom(...types), fc.constantFrom(...keys), payload)
  .map(([type, key, value]) => JSON.stringify({ type, [key]: value }));
const line = fc.oneof(
  message,
  fc.string(),
  fc.jsonValue().map((value) => JSON.stringify(value)),
);

test('every line is a message or garbage, and never an exception', () => {
  fc.assert(
    fc.property(line, (text) => {
      expect(typeof readMessage(text).type).toBe('string');
    }),
    { numRuns: 2_000 },
  );
});

test('whatever bytes a program writes, its read gives pages or a ConnectorError', async () => {
  const output = join(folder, 'output');
  const declaration = declared({ command: ['/bin/sh', '-c', 'exec cat "$0"', output] });
  const nothing = { config: {}, secrets: [] };
  const session: ProgramSession = {
    declaration,
    options: { folder, graceMs: 100 },
    clock: handClock(),
    log: silentLog,
    signal: new AbortController().signal,
    config: () => nothing,
    replaceConfig: () => Promise.resolve(),
  };
  const streams = programStreams([{ name: 'users' }], { log: silentLog });
  const bytes = fc.oneof(
    fc.array(line, { maxLength: 30 }).map((lines) => Buffer.from(lines.join('\n'))),
    fc.uint8Array({ maxLength: 5_000 }).map((array) => Buffer.from(array)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (written) => {
      await writeFile(output, written);
      try {
        for await (const page of readProgram(session, { streams }))
          for (const part of page.parts) expect(part.stream).toBe('users');
      } catch (error) {
        expect(error).toBeInstanceOf(ConnectorError);
      }
    }),
    { numRuns: 60 },
  );
});
