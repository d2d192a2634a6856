import { describe } from 'vitest';
import { describeConnector } from '../../kit/connector-contract.ts';
import type { JsonObject } from '../../kit/json.ts';
import { type PlayedCluster, playElasticsearch } from '../../testing/elasticsearch-server.ts';
import { elasticsearch } from './index.ts';

describe.each([{ cursorField: undefined }, { cursorField: 'updated_at' }])(
  'with the cursor field $cursorField',
  ({ cursorField }) => {
    let cluster: PlayedCluster;
    describeConnector(elasticsearch, {
      http: { hosts: ['es.example.com'] },
      async prepare() {
        cluster = await playElasticsearch({ login: 'ann:canary-4711' });
        const documents = new Map<string, JsonObject>();
        for (let number = 0; number < 230; number += 1) {
          const updated = new Date(Date.UTC(2026, 0, 1) + number * 3_600_000).toISOString();
          documents.set(`d${number}`, {
            number,
            title: `Order ${number}`,
            ...(number % 50 > 0 && { updated_at: updated }),
          });
        }
        const properties = { number: { type: 'long' }, title: { type: 'text' }, updated_at: { type: 'date' } };
        cluster.indices.set('orders', { properties, documents });
        return {
          config: {
            elasticHostList: [{ scheme: 'https', host: 'es.example.com' }],
            authenticate: true,
            elasticUsername: 'ann',
            elasticPassword: 'canary-4711',
            page_size: 40,
          },
          upstream: cluster.origin,
          ...(cursorField !== undefined && { cursorField }),
        };
      },
      cleanup: () => cluster.close(),
    });
  },
);
