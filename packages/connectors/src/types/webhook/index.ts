import { z } from 'zod';
import { ConnectorError } from '../../kit/connector-error.ts';
import { defineConnectionType } from '../../kit/connection-type.ts';
import type { TypeContext } from '../../kit/connection-type.ts';
import type { HttpRequest } from '../../kit/http-client.ts';
import { hasPlaceholder } from '../../kit/placeholders.ts';
import { choice, integer, list, requiredText } from '../../kit/type-fields.ts';

/** Fields and defaults of the connection contract, section 1.7, `webhook`. */
const Fields = z.object({
  httpMethod: choice(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'], {
    title: 'Method',
    default: 'POST',
  }),
  fullUrl: requiredText({ title: 'URL', description: 'With http:// or https://.', max: 8_000 }),
  headerList: list(z.object({ name: requiredText({ title: 'Name' }), value: z.string() }), {
    title: 'Headers',
    description: 'Kept as a secret as a whole, since tokens travel in headers.',
    secret: true,
  }),
  timeout: integer({ title: 'Timeout', description: 'Seconds.', default: 2, min: 1, max: 300 }),
  connectionPoolMaxConnectionPerHost: integer({ title: 'Sockets to a host', default: 24, min: 1, max: 1_000 }),
  connectionPoolMaxConnectionTotal: integer({ title: 'Sockets in all', default: 48, min: 1, max: 10_000 }),
});
type Settings = z.output<typeof Fields>;

async function send(ctx: TypeContext<Settings>, request: Pick<HttpRequest, 'method' | 'json' | 'accept'>) {
  const { fullUrl, headerList, timeout } = ctx.settings;
  const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(timeout * 1_000)]);
  const headers = Object.fromEntries(headerList.map(({ name, value }) => [name.toLowerCase(), value]));
  return ctx.http.request({ url: fullUrl, headers, signal, redirects: 'answer', ...request });
}

/** Calls an HTTP endpoint. */
export const webhook = defineConnectionType({
  id: 'webhook',
  title: 'Webhook',
  description: 'Calls an HTTP endpoint with each notification as JSON.',
  fields: Fields,
  conditions: ({ fullUrl }) =>
    hasPlaceholder(fullUrl) || /^https?:\/\/[^/]/i.test(fullUrl)
      ? []
      : [{ path: ['fullUrl'], message: 'Give a URL that begins with http:// or https://.' }],
  notifies: true,
  async test(ctx) {
    const answer = await send(ctx, { method: 'HEAD', accept: 'all' });
    return { message: `The endpoint answers with status ${answer.status}` };
  },
  async open(ctx) {
    return {
      async notify(notice) {
        const { httpMethod } = ctx.settings;
        if (httpMethod === 'OPTIONS') throw new ConnectorError('configuration', 'OPTIONS carries no notification.');
        await send(ctx, { method: httpMethod, json: { ...notice, facts: notice.facts } });
      },
      close: () => Promise.resolve(),
    };
  },
});
