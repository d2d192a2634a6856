import { formatDatetime } from '../datetime/format-datetime.ts';
import type { Instant } from '../datetime/instant.ts';
import { parseDatetime } from '../datetime/parse-datetime.ts';
import { interpolatedText } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { TemplateContext } from '../model/template.ts';
import { isJsonObject } from './is-json-object.ts';

/** The format of a `MinMaxDatetime` that names none and stands alone. */
const USUAL_FORMAT = '%Y-%m-%dT%H:%M:%S.%f%z';

/** A moment of the manifest; `undefined` when its template renders to nothing. */
export interface ManifestDatetime {
  evaluate(variables?: TemplateContext): Instant | undefined;
}

/**
 * Builds a `MinMaxDatetime`, or the text that may stand for one: never before `min_datetime` nor after `max_datetime`. `format`
 * is that of the component around it. Evaluating throws `ConnectorError('invalid_answer')` when a date has another format.
 */
export function minMaxDatetime(
  definition: Component | string,
  build: Build,
  options: { readonly format?: string; readonly parameters?: TemplateContext } = {},
): ManifestDatetime {
  const component: Component =
    typeof definition === 'string' ? { type: 'MinMaxDatetime', datetime: definition } : definition;
  const given = component['datetime_format'];
  const parameters = component.$parameters ?? options.parameters ?? {};
  const fixed = { config: build.config, parameters, options: parameters };
  const usual = options.format ?? USUAL_FORMAT;
  const format = typeof given === 'string' && given !== '' ? interpolatedText(given).evaluate(fixed) || usual : usual;
  const read = (name: 'datetime' | 'min_datetime' | 'max_datetime') => {
    const text = component[name];
    // A literal moment may be written as a number, for example of seconds.
    const template = text === undefined || text === null || isJsonObject(text) ? '' : String(text);
    const compiled = interpolatedText(template);
    return (context: TemplateContext): Instant | undefined => readMoment(compiled.evaluate(context), format);
  };
  const [moment, earliest, latest] = [read('datetime'), read('min_datetime'), read('max_datetime')];
  return {
    evaluate(variables = {}) {
      const context = { ...variables, ...fixed };
      let instant = moment(context);
      if (!instant) return undefined;
      const [least, most] = [earliest(context), latest(context)];
      if (least && instant.micros < least.micros) instant = least;
      if (most && instant.micros > most.micros) instant = most;
      return instant;
    },
  };
}

/** A template without a value renders to an empty text, or to Python's `None`. */
const readMoment = (text: string, format: string): Instant | undefined =>
  text === '' || text === 'None' ? undefined : parseDatetime(text, format);

/** As `formatDatetime`, for moments in UTC. */
export const formatUtc = (micros: number, format: string): string =>
  formatDatetime({ micros, offsetMinutes: 0 }, format);
