import type { Admin, BaseOptions, Consumer, Producer } from '@platformatic/kafka';
import type { TypeContext } from '../../kit/connection-type.ts';
import { clientOptions } from './client-options.ts';
import type { KafkaSettings } from './fields.ts';
import { guardPool } from './guarded-pool.ts';
import { type KafkaModule, loadKafka } from './load-kafka.ts';

/** What of a context a client needs; types and sources have it alike. */
export interface ClientContext extends Pick<TypeContext, 'resolve' | 'keyMaterial'> {
  readonly settings: KafkaSettings;
}

async function guarded<C extends Producer | Consumer | Admin>(
  ctx: ClientContext,
  make: (kafka: KafkaModule, options: BaseOptions) => C,
): Promise<C> {
  const kafka = await loadKafka();
  const options = await clientOptions(ctx.settings, ctx.keyMaterial);
  const client = make(kafka, options);
  guardPool(client.connections, { kafka, options, resolve: ctx.resolve });
  return client;
}

/** Waits for all replicas that are in step. */
export const openProducer = (ctx: ClientContext): Promise<Producer> =>
  guarded(ctx, (kafka, options) => new kafka.Producer({ ...options, acks: -1, idempotent: false }));

/** Reads by offsets of its own: it joins no group and commits nothing. */
export const openConsumer = (ctx: ClientContext): Promise<Consumer> =>
  guarded(ctx, (kafka, options) => new kafka.Consumer({ ...options, groupId: 'tributary' }));

export const openAdmin = (ctx: ClientContext): Promise<Admin> =>
  guarded(ctx, (kafka, options) => new kafka.Admin(options));
