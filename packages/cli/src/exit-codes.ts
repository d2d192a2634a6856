import { TributaryError, type TributaryErrorKind } from '@tributary/sdk/tributary-error';

/** Ways to fail that the service has no part in. */
type OwnKind = 'usage' | 'sync_failed' | 'service_failed' | 'interrupted';

/** A failure that the command line itself finds; the message says what to change. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly kind: OwnKind;

  constructor(kind: OwnKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** What a script can tell from the exit code; public API, never renumbered. */
const exitCodes: Readonly<Record<TributaryErrorKind | OwnKind, number>> = {
  internal: 1,
  unexpected: 1,
  service_failed: 1,
  usage: 2,
  unauthenticated: 3,
  forbidden: 4,
  not_found: 5,
  conflict: 6,
  stale: 6,
  invalid: 7,
  rejected: 7,
  not_allowed: 7,
  too_large: 7,
  unsupported_type: 7,
  rate_limited: 8,
  unavailable: 8,
  upstream: 9,
  network: 10,
  timeout: 10,
  sync_failed: 11,
  interrupted: 130,
};

/** What helps when the service's own words do not say it already. */
const advice: Readonly<Partial<Record<TributaryErrorKind | OwnKind, string>>> = {
  unauthenticated: 'Give a key with --key or TRIBUTARY_API_KEY; the service prints one at its first start.',
  network: 'Is the service running? Start it with `tributary serve`, or give its address with --url or TRIBUTARY_URL.',
  timeout: 'The service may be busy; try again.',
  rate_limited: 'Wait a little and try again.',
  unavailable: 'The service is starting or stopping; try again shortly.',
  internal: 'The service’s log has the reason under the request id.',
};

export interface Verdict {
  readonly exitCode: number;
  readonly message: string;
  readonly advice: string | undefined;
  readonly code: string;
  readonly requestId: string | undefined;
}

/** How a command that threw ends, and what it says. */
export function verdictOf(thrown: unknown): Verdict {
  if (thrown instanceof TributaryError) {
    const { kind, code, message, requestId } = thrown;
    return { exitCode: exitCodes[kind], message, advice: advice[kind], code, requestId };
  }
  const kind = thrown instanceof CliError ? thrown.kind : 'unexpected';
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { exitCode: exitCodes[kind], message, advice: advice[kind], code: kind, requestId: undefined };
}
