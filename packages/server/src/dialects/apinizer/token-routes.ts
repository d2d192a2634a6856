import { z } from 'zod';
import { errors } from '../../errors.ts';
import { Reply } from '../../http/route.ts';
import { route } from './apinizer-route.ts';
import { Token } from './connection-schema.ts';

const text = z.string().max(512).optional();
const TokenRequest = z
  .object({ grant_type: text, client_id: text, client_secret: text })
  .optional()
  .meta({ id: 'ApinizerTokenRequest' });

const clientCredentials = 'client_credentials';

/** Tokens for clients that log in: `client_id` is the id of an API key, `client_secret` the key. */
export const tokenRoutes = [
  route({
    method: 'POST',
    path: '/auth/token',
    operationId: 'createAccessToken',
    summary: 'Get a token that stands for an API key for an hour',
    tag: 'Authentication',
    access: 'public',
    body: TokenRequest,
    bodyType: 'form',
    returns: { 200: Token },
    errors: ['unsupported_grant_type', 'client_refused'],
    async handler({ body, services }) {
      if (body?.grant_type !== clientCredentials) throw errors.unsupported_grant_type({});
      const { client_id: id = '', client_secret: secret = '' } = body;
      const { text: token, expiresInSeconds } = await services.accessTokens.create({ id, secret });
      // RFC 6749, 5.1: nobody on the way may keep it.
      return new Reply(
        { access_token: token, token_type: 'Bearer' as const, expires_in: expiresInSeconds },
        { headers: { 'cache-control': 'no-store' } },
      );
    },
  }),
];
