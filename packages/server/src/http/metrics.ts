import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
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
  /** The text format. A gauge that cannot be read is left out. */
  text(): Promise<string>;
}

/** Metrics of this process, of its HTTP answers, and of the given sources. */
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
  return {
    contentType: registry.contentType,
    observe({ method, route, status, seconds }) {
      duration.observe({ method, route: route ?? 'none', status: String(status) }, seconds);
    },
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
