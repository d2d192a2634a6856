import type { Clock } from '../lib/clock.ts';
import type { ServerEvent } from './route.ts';

export interface EventStreamOptions {
  readonly clock: Clock;
  /** Milliseconds of silence after which a comment is sent, so that proxies keep the connection. */
  readonly heartbeatMs: number;
  /** Ends the stream: the caller went away or the service stops. */
  readonly signal: AbortSignal;
  /** What callers are told, in an event named `error`, when the source of the events fails. */
  readonly presentFailure: (thrown: unknown) => unknown;
}

/**
 * Server-sent events as text (https://html.spec.whatwg.org/multipage/server-sent-events.html). One event is asked for only
 * when the one before was taken, so a slow reader slows its source down and nothing piles up.
 */
export async function* eventFrames(
  events: AsyncIterable<ServerEvent>,
  options: EventStreamOptions,
): AsyncGenerator<string, void> {
  const iterator = events[Symbol.asyncIterator]();
  try {
    yield ': open\n\n';
    let next = iterator.next();
    while (!options.signal.aborted) {
      const result = await nextOrSilence(next, options);
      if (result === 'aborted' || (result !== 'silence' && result.done === true)) return;
      if (result === 'silence') {
        yield ': still here\n\n';
        continue;
      }
      yield frame(result.value);
      next = iterator.next();
    }
  } catch (error) {
    if (!options.signal.aborted) yield frame({ event: 'error', data: options.presentFailure(error) });
  } finally {
    // Not awaited: a source that waits for something else ends by its own abort signal.
    iterator.return?.().catch(() => undefined);
  }
}

async function nextOrSilence(
  next: Promise<IteratorResult<ServerEvent>>,
  { clock, heartbeatMs, signal }: EventStreamOptions,
) {
  const wait = new AbortController();
  const stop = () => wait.abort();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const silence = clock.sleep(heartbeatMs, wait.signal).then(
      () => 'silence' as const,
      () => 'aborted' as const,
    );
    return await Promise.race([next, silence]);
  } finally {
    signal.removeEventListener('abort', stop);
    wait.abort();
  }
}

function frame(event: ServerEvent): string {
  // Line breaks would end a field early; JSON has none of its own.
  const field = (name: string, value: string | undefined) =>
    value === undefined ? '' : `${name}: ${value.replace(/[\r\n\0]/g, ' ')}\n`;
  return `${field('id', event.id)}${field('event', event.event)}data: ${JSON.stringify(event.data ?? null)}\n\n`;
}
