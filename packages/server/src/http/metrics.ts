import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { renewalOutcomes, type RenewalOutcome } from '../auth/oauth/renewal/renewer.ts';
import { deliveryOutcomes, type DeliveryOutcome } from '../notifications/model.ts';
import type { EndedJob } from '../jobs/job-row.ts';
import type { Counts } from '../collection-store/port.ts';
import type { JobState } from '../control/schema.ts';
import type { AnsweredRequest } from './server.ts';

/** A gauge whose values are asked for when metrics are read: `{ pending: 2, running: 1 }` for the label `state`. */
export interface GaugeSource {
  /** Like `tributary_sync_jobs`. */
  readonly name: string;
  readonly help: string;
  /** The label's name; without it the one value has the key `''`. */
  readonly label?: string;
  readonly collect: () => Promise<Readonly<Record<string, number>>>;
}

/** What Prometheus reads. */
export interface Metrics {
  readonly contentType: string;
  /** For `HttpServerOptions.onAnswered`. */
  observe(answered: AnsweredRequest): void;
  /** For `SupervisorDeps.onEnded`. */
  countJob(job: EndedJob): void;
  /** Of this process, and of the workers that it has started. */
  countRenewal(outcome: RenewalOutcome): void;
  /** Of the workers that this service has started. */
  countDelivery(outcome: DeliveryOutcome): void;
  /** The text format. A gauge that cannot be read is left out. */
  text(): Promise<string>;
}

/** Callers choose the method, and every new value of a label is kept for good. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const ends = ['completed', 'failed', 'cancelled', 'interrupted'] as const satisfies readonly JobState[];
const changes = ['inserted', 'updated', 'kept', 'deleted', 'failed'] as const satisfies readonly (keyof Counts)[];

/** Metrics of this process, of its HTTP answers, of the jobs of its workers, and of the given sources. */
export function createMetrics(sources: readonly GaugeSource[]): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'tributary_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  for (const source of sources) registry.registerMetric(gaugeOf(source));
  const jobs = new Counter({
    name: 'tributary_sync_jobs_ended_total',
    help: 'Sync jobs that the workers of this service have ended, by how.',
    labelNames: ['state'],
    registers: [registry],
  });
  const entities = new Counter({
    name: 'tributary_entities_total',
    help: 'Entities by what the ended sync jobs did with them; kept ones were read again and had not changed.',
    labelNames: ['change'],
    registers: [registry],
  });
  const renewals = new Counter({
    name: 'tributary_token_renewals_total',
    help: 'Renewals of tokens that this service and its workers have asked providers for, by outcome.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const deliveries = new Counter({
    name: 'tributary_notification_deliveries_total',
    help: 'Attempts of the workers of this service to deliver notifications, by outcome; dropped ones were never tried.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  // A rate needs a value from before the first event.
  for (const state of ends) jobs.inc({ state }, 0);
  for (const change of changes) entities.inc({ change }, 0);
  for (const outcome of renewalOutcomes) renewals.inc({ outcome }, 0);
  for (const outcome of deliveryOutcomes) deliveries.inc({ outcome }, 0);
  return {
    contentType: registry.contentType,
    observe({ method, route, status, seconds }) {
      const labels = { method: methods.has(method) ? method : 'other', route: route ?? 'none', status: String(status) };
      duration.observe(labels, seconds);
    },
    countJob({ state, counts }) {
      jobs.inc({ state });
      for (const change of changes) entities.inc({ change }, counts[change]);
    },
    countRenewal: (outcome) => renewals.inc({ outcome }),
    countDelivery: (outcome) => deliveries.inc({ outcome }),
    text: () => registry.metrics(),
  };
}

function gaugeOf({ name, help, label, collect }: GaugeSource): Gauge {
  return new Gauge({
    name,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [],
    async collect() {
      const values = await collect().catch(() => undefined);
      this.reset();
      // A reset gauge without labels reads 0, which would be a lie here.
      if (!values && label === undefined) this.remove();
      for (const [key, value] of Object.entries(values ?? {}))
        this.set(label === undefined ? {} : { [label]: key }, value);
    },
  });
}
