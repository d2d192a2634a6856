import type * as Kafka from '@platformatic/kafka';
import { ConnectorError } from '../../kit/connector-error.ts';

export type KafkaModule = typeof Kafka;

/** Throws `ConnectorError('configuration')` when the optional package is absent. */
export async function loadKafka(): Promise<KafkaModule> {
  try {
    return await import('@platformatic/kafka');
  } catch (cause) {
    const words = 'Kafka needs the package @platformatic/kafka; add it with `npm install @platformatic/kafka`.';
    throw new ConnectorError('configuration', words, { cause });
  }
}
