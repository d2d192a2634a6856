import { defineConnectionType } from '../../kit/connection-type.ts';
import type { Notice } from '../../kit/notice.ts';
import { call, faultOf, openPool } from './call.ts';
import { conditions, Fields } from './fields.ts';
import type { Settings, WebhookContext } from './fields.ts';
import { signatureHeaders } from './signature.ts';

const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);
/** What an endpoint answers to HEAD that knows its other methods only. */
const HEAD_UNKNOWN = new Set([404, 405, 501]);

type Call = Parameters<typeof call>[2];

function requestOf(notice: Notice, { httpMethod, signingSecret }: Settings, now: number): Call {
  const { id, kind, severity, title, text, facts } = notice;
  const at = new Date(notice.at).toISOString();
  if (!WITH_BODY.has(httpMethod)) return { method: httpMethod, query: { id, kind, severity, title, at } };
  const body = JSON.stringify({ id, kind, severity, title, text, at, facts });
  const signed = signingSecret && signatureHeaders(signingSecret, { id, at: now, body });
  return { method: httpMethod, body, headers: { 'content-type': 'application/json', ...signed } };
}

async function test(ctx: WebhookContext): Promise<{ readonly message: string }> {
  const { fullUrl } = ctx.settings;
  const http = openPool(ctx);
  try {
    const answer = await call(http, ctx, { method: 'HEAD' });
    const fault = HEAD_UNKNOWN.has(answer.status) ? undefined : faultOf(answer, fullUrl);
    if (fault) throw fault;
    return { message: `${new URL(fullUrl).host} answers HEAD with ${answer.status}; nothing was sent.` };
  } finally {
    await http.close();
  }
}

/** Calls an HTTP endpoint. */
export const webhook = defineConnectionType({
  id: 'webhook',
  title: 'Webhook',
  description: 'Calls an HTTP endpoint with each notification.',
  fields: Fields,
  conditions,
  notifies: true,
  test,
  open(ctx) {
    const http = openPool(ctx);
    return Promise.resolve({
      async notify(notice: Notice) {
        const fault = faultOf(
          await call(http, ctx, requestOf(notice, ctx.settings, ctx.clock.now())),
          ctx.settings.fullUrl,
        );
        if (fault) throw fault;
      },
      close: () => http.close(),
    });
  },
});
