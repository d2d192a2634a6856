import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { interpolatedText } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { RequestPlace } from '../model/request.ts';
import type { Interpolated } from '../model/template.ts';
import { joinUrl } from './join-url.ts';
import { requestContext } from './template-context.ts';
import { templateContext } from '../interpolation/template-context.ts';

/** The URL of a request; `path` is that of a page token, and counts in place of the requester's own. */
export type UrlOf = (place: RequestPlace, path: string | undefined) => URL;

/**
 * Compiles `url`, or the older `url_base` and `path`, to the URL of each request. A full URL as path replaces the rest. Throws
 * `ConnectorError('configuration')`.
 */
export function requestUrl(definition: Component, build: Build): UrlOf {
  const url = compiled(definition['url']);
  const base = compiled(definition['url_base']);
  const own = compiled(definition['path']);
  const fixed = templateContext(build, definition);
  if (!url && !base) throw new ConnectorError('configuration', 'A requester of the manifest has no `url`.');

  return (place, path) => {
    const context = requestContext(fixed, place);
    // A path of one's own is always below the base; one from a page token may begin at the host.
    const wanted = path || (own?.evaluate(context) ?? '').replace(/^\/+/, '');
    const joined = joinUrl((base ?? url)?.evaluate(context) ?? '', wanted);
    const parsed = URL.parse(joined);
    if (!parsed) {
      throw new ConnectorError(
        'configuration',
        `The URL of a request is not valid: ${build.shown(joined.slice(0, 200))}`,
      );
    }
    return parsed;
  };
}

/** The URL without the path of a request. */
export const baseUrl = (definition: Component, build: Build): string =>
  (compiled(definition['url_base']) ?? compiled(definition['url']))?.evaluate(templateContext(build, definition)) ?? '';

const compiled = (given: Json | undefined): Interpolated<string> | undefined =>
  typeof given === 'string' && given !== '' ? interpolatedText(given) : undefined;
