import { probeContext } from '../testing/connector-probe.ts';
import { testingExecutable } from './testing-executable.ts';

/** Reads a program that does not end by itself, and says its process id; run by tests that kill it. */
const connector = await testingExecutable('stubborn', {}, { folder: process.argv[2] ?? '' });
const streams = await connector.discover(probeContext(connector, { credentials: { token: 'x' } }));
for await (const page of streams[0]?.read(undefined) ?? []) {
  const { pid } = (page.cursor ?? {}) as { readonly pid?: number };
  if (pid !== undefined) process.stdout.write(String(pid));
}
