import { expect, test } from 'vitest';
import { ConnectorError } from '../../kit/connector-error.ts';
import { probeContext, probeStream } from '../../testing/connector-probe.ts';
import { exceptionStub } from './index.ts';
import { exceptionTypes, simulatedFailure } from './simulated-failure.ts';

async function readUntilFailure(config: object): Promise<{ rows: number; error?: unknown }> {
  const stream = await probeStream(exceptionStub, 'entities', { config });
  let rows = 0;
  try {
    for await (const page of stream.read(undefined)) rows += page.upserts.length;
    return { rows };
  } catch (error) {
    return { rows, error };
  }
}

test('fails after the asked number of records', async () => {
  expect(await readUntilFailure({})).toMatchObject({
    rows: 5,
    error: { message: '[ExceptionStub] runtime_error triggered after 5 entities (simulated failure)' },
  });
  expect(await readUntilFailure({ trigger_after: 0, error_message: 'broken' })).toMatchObject({
    rows: 0,
    error: { message: 'broken' },
  });
});

test('takes -1 as after the last record, and a trigger beyond them as never', async () => {
  expect(await readUntilFailure({ trigger_after: -1 })).toMatchObject({ rows: 9, error: expect.any(Error) });
  expect(await readUntilFailure({ trigger_after: 10 })).toEqual({ rows: 9 });
});

test('gives each type the reason that the engine acts on', () => {
  const reasons = exceptionTypes.map((type) => {
    const error = simulatedFailure(type, 'x');
    return [type, error instanceof ConnectorError ? error.reason : error.name];
  });
  expect(Object.fromEntries(reasons)).toEqual({
    runtime_error: 'Error',
    source_auth_error: 'credential',
    source_token_refresh_error: 'credential',
    source_server_error: 'unavailable',
    source_rate_limit_error: 'rate_limited',
    source_entity_not_found: 'invalid_answer',
    source_entity_forbidden: 'invalid_answer',
    token_expired: 'credential',
    token_credentials_invalid: 'credential',
    token_provider_config_error: 'configuration',
    token_provider_server_error: 'unavailable',
    timeout: 'unavailable',
    cancelled: 'AbortError',
  });
});

test('fails the check only when it is asked to', async () => {
  const config = { exception_type: 'token_expired', fail_on_validate: true };
  await expect(exceptionStub.check(probeContext(exceptionStub, { config }))).rejects.toMatchObject({
    reason: 'credential',
  });
  await expect(exceptionStub.check(probeContext(exceptionStub))).resolves.toBeDefined();
});
