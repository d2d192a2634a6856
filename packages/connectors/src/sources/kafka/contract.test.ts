import { Producer } from '@platformatic/kafka';
import { describe } from 'vitest';
import { describeConnector } from '../../kit/connector-contract.ts';
import { findDebianProgram } from '../../testing/debian-program.ts';
import { type RunningKafka, startKafkaCluster } from '../../testing/kafka-cluster.ts';
import { kafka } from './index.ts';

const program = findDebianProgram('kcat', 'kcat');

describe.skipIf(program === undefined)('against brokers of librdkafka', () => {
  let cluster: RunningKafka;
  describeConnector(kafka, {
    http: { none: 'it speaks no HTTP' },
    async prepare() {
      cluster = await startKafkaCluster(program ?? '');
      const bootstrapBrokers = cluster.servers.split(',');
      const producer = new Producer({ clientId: 'other', bootstrapBrokers, autocreateTopics: true });
      for (let page = 0; page < 6; page += 1) {
        const messages = Array.from({ length: 300 }, (_, at) => {
          const number = page * 300 + at;
          const value = Buffer.from(JSON.stringify({ number, name: `Order ${number}` }));
          return { topic: 'orders', key: Buffer.from(`order-${number}`), value };
        });
        await producer.send({ messages, acks: -1 });
      }
      await producer.close();
      const propertiesMap = {
        'bootstrap.servers': { value: cluster.servers },
        'key.serializer': { value: 'StringSerializer' },
        'value.serializer': { value: 'StringSerializer' },
      };
      return { config: { topicName: 'orders', propertiesMap } };
    },
    cleanup: () => cluster.stop(),
  });
});
