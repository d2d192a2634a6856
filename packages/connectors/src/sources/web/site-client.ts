import { ConnectorError } from '../../kit/connector-error.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import type { HttpResponse } from '../../kit/http-client.ts';
import { redactUrl } from '../../kit/redact-text.ts';
import type { Pace } from './pace.ts';
import type { Validator } from './validator.ts';

/** What came of asking for an address. */
export type SiteAnswer =
  | { readonly type: 'page'; readonly response: HttpResponse }
  | { readonly type: 'unchanged' }
  /** `to` as written; it may lead anywhere, or be no address at all. */
  | { readonly type: 'redirect'; readonly to: string }
  | { readonly type: 'gone' }
  /** `hides`: the page may be there and lead on, so what it leads to is not known to be gone. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly hides: boolean };

export interface AskOptions {
  readonly maxBytes: number;
  readonly validator?: Validator | undefined;
  /** A 401 or 403 is then thrown as `ConnectorError('credential')`. */
  readonly mustBeOpen?: boolean;
}

type SiteContext = Pick<ConnectorContext, 'http' | 'signal'>;

const REDIRECTS = [301, 302, 303, 307, 308];
const GONE = [404, 410];
/** 408, 425 and 429 ask to come again, which is the HTTP client's business. */
const REFUSALS = [
  400, 402, 405, 406, 409, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424, 426, 428, 431, 451,
];
const NO_CONTENT = [204, 205];

/** Asks a site for one address at a time, at its pace, and never goes where an answer sends it. */
export class SiteClient {
  readonly #ctx: SiteContext;
  readonly #pace: Pace;
  readonly userAgent: string;

  constructor(ctx: SiteContext, pace: Pace, userAgent: string) {
    this.#ctx = ctx;
    this.#pace = pace;
    this.userAgent = userAgent;
  }

  /** Throws `ConnectorError`s that concern the whole site (`rate_limited`, `credential`, `refused`); others are `failed`. */
  async ask(address: string, options: AskOptions): Promise<SiteAnswer> {
    await this.#pace.turn();
    const { maxBytes, validator, mustBeOpen = false } = options;
    try {
      const response = await this.#ctx.http.request({
        url: address,
        headers: {
          'user-agent': this.userAgent,
          accept: 'text/html,application/xhtml+xml,application/pdf;q=0.9,text/*;q=0.8,*/*;q=0.5',
          ...(validator?.etag !== undefined && { 'if-none-match': validator.etag }),
          ...(validator?.modified !== undefined && { 'if-modified-since': validator.modified }),
        },
        redirects: 'answer',
        accept: [304, ...REDIRECTS, ...GONE, ...REFUSALS, ...(mustBeOpen ? [] : [401, 403])],
        maxBytes,
      });
      return judge(address, response, validator);
    } catch (error) {
      this.#ctx.signal.throwIfAborted();
      if (!(error instanceof ConnectorError)) throw error;
      const { reason, message } = error;
      if (reason === 'unavailable') return { type: 'failed', code: reason, message, hides: true };
      if (reason === 'invalid_answer') return { type: 'failed', code: 'unreadable', message, hides: false };
      throw error;
    }
  }
}

function judge(address: string, response: HttpResponse, validator: Validator | undefined): SiteAnswer {
  const { status, headers } = response;
  const { location } = headers;
  if (status === 304 && validator) return { type: 'unchanged' };
  if (REDIRECTS.includes(status) && location !== undefined) return { type: 'redirect', to: location };
  if (GONE.includes(status) || NO_CONTENT.includes(status)) return { type: 'gone' };
  if (status >= 200 && status < 300) return { type: 'page', response };
  const message = `${redactUrl(new URL(address))} answered ${status}.`;
  return { type: 'failed', code: 'refused', message, hides: true };
}
