import type { Json } from '../../kit/json.ts';
import type { Decoder, ReadPage } from '../model/records.ts';
import { rememberedBodies } from '../records/decoded-bodies.ts';
import { parseLinkHeader } from './parse-link-header.ts';

/** What templates of pagination see of a page, beside `config` and `parameters`. */
export type PageVariables = (page: ReadPage) => {
  /** The decoded body, its first one when it has several; `{}` when it was read as it came. Decoded when it is asked for. */
  readonly response: Json;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly last_record: Json;
  readonly last_page_size: number;
};

/**
 * Makes the variables of a page. The names of headers in `templates` are found however they are spelled, with one exception
 * that comes from the CDK: `headers['link']` is the parsed Link header, by its relations; `headers['Link']` its text.
 */
export function pageVariables(decoder: Decoder, templates: readonly string[]): PageVariables {
  const spelled = templates.flatMap((template) =>
    [...template.matchAll(/(["'])([\w-]+)\1/g)].map(([, , name]) => String(name)),
  );
  return ({ response, size, lastRecord }) => {
    const headers: Record<string, unknown> = { ...response.headers };
    for (const name of spelled) {
      const value = response.headers[name.toLowerCase()];
      if (value !== undefined) headers[name] = value;
    }
    headers['link'] = parseLinkHeader(response.headers['link']);
    let body: Json | undefined;
    return {
      // A body is decoded anew when the records of the first time were changed on their way.
      get response() {
        return (body ??= firstBody(decoder, response));
      },
      headers,
      last_record: (lastRecord ?? null) as Json,
      last_page_size: size,
    };
  };
}

function firstBody(decoder: Decoder, response: ReadPage['response']): Json {
  if (decoder.streams) return {};
  const bodies = rememberedBodies(response) ?? decoder.decode(response);
  if (Symbol.asyncIterator in bodies) return {};
  for (const body of bodies) return body;
  return {};
}
