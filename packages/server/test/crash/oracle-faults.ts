import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import type { SeededRandom } from '@tributary/connectors/sources/stub/seeded-random';

/** Troubles one answer in some ten, as the seed decides; `true` when the answer is given with that. */
export async function trouble(random: SeededRandom, response: ServerResponse): Promise<boolean> {
  const dice = random.between(1, 1_000);
  if (dice <= 60) await sleep(random.between(20, 120));
  else if (dice <= 85) return end(response, 500, {}, 'the oracle is unwell');
  else if (dice <= 100) return end(response, 429, { 'retry-after': '0' }, 'not so fast');
  else if (dice <= 104) return end(response, 200, { 'content-type': 'application/json' }, '{"upserts": [');
  else if (dice <= 112) {
    response.destroy();
    return true;
  }
  return false;
}

function end(response: ServerResponse, status: number, headers: Record<string, string>, body: string): true {
  response.writeHead(status, headers).end(body);
  return true;
}
