import autocannon from 'autocannon';
import { judged, rounded, type Result } from './result.ts';
import { median } from './run-script.ts';
import { startBareFastify } from './baselines/bare-patch.ts';
import { startBenchService } from './service.ts';

interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function load(target: Target, seconds: number): Promise<{ readonly perSecond: number; readonly p99: number }> {
  const result = await autocannon({
    url: target.url,
    method: 'PATCH',
    connections: 20,
    duration: seconds,
    headers: { 'content-type': 'application/json', ...target.headers },
    body: JSON.stringify({ description: 'changed by the bench' }),
  });
  if (result.non2xx > 0) throw new Error(`${result.non2xx} answers were not 2xx`);
  return { perSecond: result.requests.average, p99: result.latency.p99 };
}

/** A PATCH end to end, against a bare Fastify route with one update and one insert in one transaction. */
export async function benchPatch({
  rounds,
  seconds,
}: {
  readonly rounds: number;
  readonly seconds: number;
}): Promise<readonly Result[]> {
  const service = await startBenchService({ TRIBUTARY_INTERNAL_SOURCES: '1' });
  const bare = await startBareFastify();
  try {
    const collection = await service.client.collections.create({ name: 'Patched' });
    const connection = await service.client.sourceConnections.create({
      short_name: 'stub',
      readable_collection_id: collection.readable_id,
      authentication: { credentials: { stub_key: 'key' } },
      schedule: { cron: null },
      sync_immediately: false,
    });
    const ours: Target = {
      url: `${service.url}/v1/source-connections/${connection.id}`,
      headers: { 'x-api-key': service.key },
    };
    const times = { ours: [] as number[], bare: [] as number[], p99: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      times.bare.push((await load({ url: `${bare.url}/things/1`, headers: {} }, seconds)).perSecond);
      const measured = await load(ours, seconds);
      times.ours.push(measured.perSecond);
      times.p99.push(measured.p99);
    }
    return [
      judged({
        name: 'patch',
        what: 'PATCH of a source connection end to end, against a bare Fastify route with one update and one insert in one transaction',
        atLeast: 0.4,
        unit: 'ratio',
        measured: rounded(median(times.ours) / median(times.bare)),
        numbers: {
          perSecond: Math.round(median(times.ours)),
          barePerSecond: Math.round(median(times.bare)),
          p99Ms: median(times.p99),
        },
      }),
    ];
  } finally {
    await bare.stop();
    await service.stop();
  }
}
