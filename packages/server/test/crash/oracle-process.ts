import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { seededRandom, type SeededRandom } from '@tributary/connectors/sources/stub/seeded-random';
import { z } from 'zod';
import { trouble } from './oracle-faults.ts';
import { OraclePosition } from './oracle-row.ts';
import { OracleSource, oracleStreams, PositionExpired } from './oracle-source.ts';

/** A source and the mood it is in. */
interface Hosted {
  readonly source: OracleSource;
  readonly random: SeededRandom;
  /** No faults any more, and no changes but those that are asked for. */
  quiet: boolean;
  /** Pages wait until they are let go. */
  held: PromiseWithResolvers<void> | undefined;
  parked: number;
}

const Options = z.object({
  seed: z.number(),
  tag: z.string(),
  pageSize: z.number(),
  large: z.boolean(),
  changesOnly: z.boolean(),
});
const Command = z.discriminatedUnion('type', [
  z.object({ type: z.literal('create'), options: Options }),
  z.object({ type: z.literal('operate'), count: z.number() }),
  z.object({ type: z.enum(['rewrite', 'shrink', 'drop', 'hold', 'release', 'quiet']) }),
]);

const hosted = new Map<string, Hosted>();

function must(id: string): Hosted {
  const found = hosted.get(id);
  if (!found) throw new Error(`no source ${id}`);
  return found;
}

/** What the harness asks for. */
function obey(id: string, command: z.output<typeof Command>): void {
  if (command.type === 'create') {
    const random = seededRandom(command.options.seed, 2);
    hosted.set(id, { source: new OracleSource(command.options), random, quiet: false, held: undefined, parked: 0 });
    return;
  }
  const one = must(id);
  if (command.type === 'operate') one.source.operate(command.count);
  else if (command.type === 'rewrite') one.source.rewrite();
  else if (command.type === 'shrink') one.source.shrink();
  else if (command.type === 'drop') one.source.dropPassing();
  else if (command.type === 'quiet') one.quiet = true;
  else if (command.type === 'hold') one.held ??= Promise.withResolvers();
  else {
    one.held?.resolve();
    one.held = undefined;
  }
}

/** What the connector asks for; afterwards the source may have gone on. */
async function servePage(one: Hosted, url: URL, response: ServerResponse): Promise<void> {
  const stream = z.enum(oracleStreams).parse(url.searchParams.get('stream'));
  const at = url.searchParams.get('at');
  if (one.held) {
    one.parked += 1;
    await one.held.promise;
    one.parked -= 1;
  }
  if (!one.quiet && (await trouble(one.random, response))) return;
  const position = at === null ? undefined : OraclePosition.parse(JSON.parse(at));
  try {
    answer(response, 200, one.source.page(stream, position, url.searchParams.get('slice') ?? undefined));
  } catch (error) {
    if (!(error instanceof PositionExpired)) throw error;
    answer(response, 410, {});
  }
  if (!one.quiet && one.random.between(1, 6) === 1) one.source.operate(one.random.between(1, 3));
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '', 'http://oracle');
  const [, id = '', what] = url.pathname.split('/');
  if (what === 'command') {
    obey(id, Command.parse(JSON.parse(await text(request))));
    answer(response, 200, {});
  } else if (what === 'truth') answer(response, 200, must(id).source.truth());
  else if (what === 'parked') answer(response, 200, must(id).parked);
  else if (what === 'streams') answer(response, 200, must(id).source.streams);
  else await servePage(must(id), url, response);
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => {
    process.stderr.write(`the oracle: ${String(error)}\n`);
    response.destroy();
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
process.on('disconnect', () => process.exit(0));
process.send?.(typeof address === 'object' ? address?.port : undefined);
