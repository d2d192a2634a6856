import { inspect } from 'node:util';
import type { HttpResponse } from '@tributary/connectors/kit/http-client';
import type { Json } from '@tributary/connectors/kit/json';
import type { OAuth2Provider } from '@tributary/connectors/kit/oauth-provider';
import { Secret } from '@tributary/connectors/kit/secret';
import { slackUser } from '@tributary/connectors/providers/slack-user';
import { trello } from '@tributary/connectors/providers/trello';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '../../errors.ts';
import { judgedAnswer } from './answer-verdict.ts';
import { signRequest } from './oauth1-signature.ts';
import { signatureOf } from './testing/oauth1-server.ts';
import { standardAnswer } from './token-answer.ts';

const client = { id: 'key', secret: new Secret('secret &%+') };
const word = fc.string({ unit: 'grapheme', maxLength: 12 });

// The library keeps parameters in an object, where this name is no field; no vendor has one of it.
const name = word.filter((text) => text !== '__proto__');

test('a signature is what RFC 5849 makes of the request, for any query', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, word), { maxLength: 6 }), word, (pairs, tokenSecret) => {
      const url = new URL(`https://api.example/path?${new URLSearchParams(pairs).toString()}`);
      const token = { key: 'token', secret: tokenSecret };
      const signer = { provider: trello, client, clock: { now: () => 1_700_000_000_000 }, token };
      const header = signRequest(signer, { method: 'GET', url }).reveal();
      const sent = decodeURIComponent(/oauth_signature="([^"]+)"/.exec(header)?.[1] ?? '');
      expect(sent).toBe(signatureOf({ method: 'GET', url, header, clientSecret: client.secret.reveal(), tokenSecret }));
    }),
  );
});

const answerOf = (status: number, body: string): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  url: 'https://vendor.example/token',
  bytes: () => Buffer.from(body),
  text: () => body,
  json: () => JSON.parse(body) as Json,
});

/** Everything that is said of an answer of this shape. */
function saidOf(code: number, shape: object, secret: string): string {
  try {
    judgedAnswer(answerOf(code, JSON.stringify(shape)), { provider: { id: 'vendor' }, secrets: [secret] });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `${error.message} ${JSON.stringify(error.details)} ${inspect(error, { depth: 5 })}`;
  }
  return '';
}

test('an error never quotes what was sent, wherever a vendor puts it', () => {
  const secret = fc.stringMatching(/^[\w.~+/=-]{8,40}$/);
  const field = fc.constantFrom('error', 'error_description', 'message', 'code', 'status', 'err', 'ECODE', 'errors');
  const status = fc.constantFrom(200, 201, 400, 401, 403, 404, 422);
  fc.assert(
    fc.property(secret, field, status, word, (sent, called, code, around) => {
      const shapesOf = (told: string): readonly object[] => {
        const text = `${around}${told}${around}`;
        const body = { ok: false, error: 'odd', [called]: called === 'errors' ? [{ code: text }] : text };
        return [body, { error: { code: text, message: text } }];
      };
      // A secret that is a word of ours, or of a stack, is said without being quoted.
      fc.pre(!shapesOf('another-9Q').some((shape) => saidOf(code, shape, 'another-9Q').includes(sent)));
      for (const shape of shapesOf(sent)) {
        const shown = saidOf(code, shape, sent);
        expect(shown).not.toBe('');
        expect(shown).not.toContain(sent);
      }
    }),
  );
});

test('whatever object a vendor answers becomes an answer of RFC 6749 §5.1 or is left to be refused, never more', () => {
  const known = new Set(['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope']);
  const rows: readonly OAuth2Provider[] = [slackUser, { ...slackUser, tokenAt: '__proto__' }];
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (body, nested) => {
      for (const row of rows) {
        const answer = standardAnswer(row, { ...body, authed_user: nested } as Parameters<typeof standardAnswer>[1]);
        expect(Object.keys(answer).filter((name) => !known.has(name) && !name.endsWith('expires_in'))).toEqual([]);
        expect(['bearer', 'foreign']).toContain(answer['token_type']);
        expect(answer['refresh_token']).not.toBe('');
      }
    }),
  );
});
