import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { HttpRequest, HttpResponse } from '@tributary/connectors/kit/http-client';
import type { z } from 'zod';
import { OutsideError } from './outside-error.ts';
import type { OutsideAsk } from './outside-provider.ts';

/** The answers that mean something of their own to an adapter; waits, outages and the rest are the client's. */
export const REFUSALS = { badRequest: 400, unauthorized: 401, forbidden: 403, notFound: 404, gone: 410, invalid: 422 };

/** Credentials of one account are small; more than this is not an answer. */
const MOST_BYTES = 1024 * 1024;

export interface VendorCall extends HttpRequest {
  readonly title: string;
  /** Statuses beside 2xx and the refusals of the key that come back to the adapter. */
  readonly accept?: readonly number[];
  /** What a 403 may mean beside a wrong key. */
  readonly forbidden?: string;
}

/**
 * Asks a vendor. A refused key becomes `OutsideError('key_refused')`; everything else is as the guarded client has it,
 * which tries again what is worth it, `Retry-After` included.
 */
export async function callVendor({ http }: OutsideAsk, call: VendorCall): Promise<HttpResponse> {
  const { title, accept = [], forbidden = '', ...request } = call;
  const { unauthorized, forbidden: denied } = REFUSALS;
  const answer = await http
    .request({ ...request, maxBytes: MOST_BYTES, accept: [unauthorized, ...accept] })
    .catch((error: unknown) => {
      if (!(error instanceof ConnectorError) || error.reason !== 'credential') throw error;
      throw new OutsideError('key_refused', `${title} does not let this key read credentials (${denied}).${forbidden}`);
    });
  if (answer.status === unauthorized) {
    throw new OutsideError('key_refused', `${title} refused the key. Renew it there, and give it anew here.`);
  }
  return answer;
}

/** The body by a schema; what it holds is told to nobody. Throws `ConnectorError('invalid_answer')`. */
export function readAnswer<T>(title: string, answer: HttpResponse, schema: z.ZodType<T>): T {
  let body: unknown;
  try {
    body = JSON.parse(answer.text());
  } catch {
    throw new ConnectorError('invalid_answer', `${title} did not answer with JSON.`);
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.map(String).join('.') || 'the body').join(', ');
  throw new ConnectorError('invalid_answer', `${title} answered in another shape than it documents: ${where}.`);
}
