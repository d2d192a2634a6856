import type { HttpRequest } from '../kit/http-client.ts';
import { plainSecrets } from '../kit/redact-text.ts';
import type { Exchange } from './exchange.ts';
import { redactExchange } from './redact-exchange.ts';
import { secretCleaner } from './secret-spellings.ts';

/**
 * Exchanges as they are recorded, and the secrets that were seen meanwhile. Nothing is cleaned before the end, when all secrets are
 * known: the answer that brings a token comes before the request that shows it to be one.
 */
export class Tape {
  readonly #exchanges: Exchange[] = [];
  readonly #secrets = new Set<string>();

  /** Questions so far, with their secrets: not to be shown. */
  get questions(): readonly Exchange['request'][] {
    return this.#exchanges.map(({ request }) => request);
  }

  add(exchange: Exchange): void {
    this.#exchanges.push(exchange);
  }

  /** Plain texts: secrets of the configuration, and those that it was changed to. */
  hide(secrets: readonly string[]): void {
    for (const secret of secrets) this.#secrets.add(secret);
  }

  /** What a request marks as secret. */
  hideThoseOf({ headers = {}, query = {}, hidden = [] }: HttpRequest): void {
    this.hide(plainSecrets([...Object.values(headers), ...Object.values(query).flat(), ...hidden]));
  }

  /** All exchanges without secrets. Of a question that had the same answer each time, one is enough. */
  exchanges(): readonly Exchange[] {
    const cleaner = secretCleaner([...this.#secrets]);
    const cleaned = this.#exchanges.map((exchange) => redactExchange(exchange, cleaner));
    const byQuestion = Map.groupBy(cleaned, ({ request }) => JSON.stringify(request));
    const kept = [...byQuestion.values()].flatMap((asked) => {
      const answers = new Set(asked.map(({ response }) => JSON.stringify(response)));
      return answers.size === 1 ? asked.slice(0, 1) : asked;
    });
    const wanted = new Set(kept);
    return cleaned.filter((exchange) => wanted.has(exchange));
  }

  /** A text without them, for what is written beside the exchanges. */
  clean(text: string): string {
    return secretCleaner([...this.#secrets]).clean(text);
  }
}
