import { z } from 'zod';
import { basic } from '../../../kit/authorization.ts';
import { ConnectorError } from '../../../kit/connector-error.ts';
import type { HttpRequest } from '../../../kit/http-client.ts';
import type { Driver, DriverContext } from '../driver.ts';

/** One answer of the client protocol (https://trino.io/docs/current/develop/client-protocol.html). */
const Answer = z.object({
  nextUri: z.string().optional(),
  error: z.object({ message: z.string(), errorName: z.string().optional() }).optional(),
});
type Answer = z.output<typeof Answer>;

async function ask(ctx: DriverContext, request: HttpRequest): Promise<Answer> {
  const { user = 'tributary', password, hasPassword, database = '' } = ctx;
  const [catalog = '', schema = ''] = database.split('/');
  const headers = {
    'x-trino-user': user,
    'x-trino-source': 'tributary',
    ...(catalog !== '' && { 'x-trino-catalog': catalog }),
    ...(schema !== '' && { 'x-trino-schema': schema }),
    ...(hasPassword && { authorization: basic(user, password) }),
  };
  const answer = await ctx.http.request({ ...request, headers, idempotent: true, signal: ctx.signal });
  const parsed = Answer.safeParse(answer.json());
  if (parsed.success) return parsed.data;
  throw new ConnectorError('invalid_answer', `${ctx.endpoint.host} did not answer as Trino does. Check host and port.`);
}

/** Runs a statement to its end. */
async function run(ctx: DriverContext, statement: string, place: URL): Promise<void> {
  let answer = await ask(ctx, { method: 'POST', url: new URL('/v1/statement', place), body: statement });
  while (answer.nextUri !== undefined) {
    const next = new URL(answer.nextUri);
    // The password goes to the host that it is for and to no other.
    if (next.host !== place.host || next.protocol !== place.protocol)
      throw new ConnectorError(
        'invalid_answer',
        `${place.host} sends its callers on to ${next.host}. Check the proxy before it.`,
      );
    answer = await ask(ctx, { url: next });
  }
  if (answer.error)
    throw new ConnectorError(
      'configuration',
      `${place.host}: ${answer.error.message}. Check catalog, schema and user.`,
    );
}

/** Trino, over its HTTP protocol: nothing is kept between two statements. */
export const connect: Driver = (ctx) => {
  const { url, endpoint, hasPassword } = ctx;
  const ssl = /^true$/i.test(url.parameters.get('ssl') ?? '');
  if (!ssl && hasPassword)
    throw new ConnectorError(
      'configuration',
      'Trino takes a password in TLS only. Add SSL=true to the URL, or set useCredentials to false.',
    );
  const name = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  // The JDBC driver's defaults, which are those of HTTP.
  const port = url.hosts[0]?.port === undefined ? (ssl ? 443 : 80) : endpoint.port;
  const place = new URL(`${ssl ? 'https' : 'http'}://${name}:${port}/`);
  return Promise.resolve({ ping: () => run(ctx, 'SELECT 1', place), close: () => Promise.resolve() });
};
