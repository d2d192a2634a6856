import type { Json } from '../../../src/kit/json.ts';
import type { JudgedAnswer } from '../../../src/manifest/error-handling/error-handler.ts';
import { wholeResponse } from '../../../src/manifest/requests/manifest-response.ts';

export interface Answering {
  readonly status: number;
  readonly json?: Json;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** An answer that is to be judged, as the tests' mocks are. */
export function answerOf({ status, json = {}, headers = {} }: Answering): JudgedAnswer {
  const text = JSON.stringify(json);
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  const response = wholeResponse({
    status,
    headers: Object.fromEntries(named),
    url: 'https://api.example.com/',
    bytes: () => Buffer.from(text),
    text: () => text,
    json: () => json,
  });
  return { response, bodyIsStreamed: false };
}
