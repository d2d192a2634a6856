import { direct } from '@tributary/connectors/kit/auth';
import { defineConnector } from '@tributary/connectors/kit/define-connector';
import { secret } from '@tributary/connectors/kit/fields';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { checkConfig, checkCredentials, mask, splitConfig, unmask } from './settings.ts';

const connector = defineConnector(
  {
    id: 'shop',
    title: 'Shop',
    description: 'A shop.',
    auth: [direct(z.object({ token: secret({ title: 'Token' }) }))],
    config: z.object({
      host: z.string(),
      days: z.number().int().optional(),
      webhook: secret({ title: 'Webhook secret' }).optional().meta({ secret: true }),
    }),
    endpoint: ['host'],
    limits: { requestsPerMinute: 60, concurrency: 1 },
    check: () => Promise.resolve({ account: 'shop' }),
  },
  () => ({}),
);

function issuesOf(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError)
      return (error.details['issues'] as { path: unknown[] }[]).map((issue) => issue.path.join('.'));
  }
  return undefined;
}

describe('the settings of a connection', () => {
  it('name every field of a configuration that does not fit, unknown ones included', () => {
    expect(issuesOf(() => checkConfig(connector, { days: 'x' }))).toEqual(['body.config.host', 'body.config.days']);
    expect(() => checkConfig(connector, { host: 'h', dayz: 1 })).toThrow(/dayz/);
    expect(() => checkConfig(connector, {})).toThrow('host: Field required');
  });

  it('name the credentials that are missing', () => {
    expect(issuesOf(() => checkCredentials(connector, {}))).toEqual(['body.authentication.credentials.token']);
    expect(() => checkCredentials(connector, {})).toThrow('token: Field required');
    expect(() => checkCredentials(connector, { token: 't' })).not.toThrow();
  });

  it('are split into endpoint, read options and secrets, with a mask in the secret place', () => {
    expect(splitConfig(connector, { host: 'h', days: 3, webhook: 's3cret' })).toEqual({
      endpoint: { host: 'h' },
      options: { days: 3, webhook: mask },
      secrets: { webhook: 's3cret' },
    });
  });

  it('keep a stored secret where the caller sends the mask back', () => {
    expect(unmask({ webhook: mask, days: 4 }, { webhook: 's3cret' })).toEqual({ webhook: 's3cret', days: 4 });
    expect(unmask({ webhook: 'new' }, { webhook: 's3cret' })).toEqual({ webhook: 'new' });
  });
});
