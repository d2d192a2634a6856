import { templateContext } from '../interpolation/template-context.ts';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { addDuration, parseDuration, subtractDuration } from '../datetime/duration.ts';
import type { Duration } from '../datetime/duration.ts';
import { interpolatedText } from '../interpolation/interpolated.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { TemplateContext } from '../model/template.ts';
import { clamping } from './clamping.ts';
import { cursorFieldOf } from './cursor-field.ts';
import { datetimeAxis } from './datetime-axis.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { minMaxDatetime } from './min-max-datetime.ts';
import type { WindowSettings, WindowSettingsSource } from './window-settings.ts';
import { plainText } from './plain-text.ts';

const MILLISECOND = 1000;
const SECOND = 1_000_000;
/** Without a start everything is read, in one window: steps from the epoch on would be thousands of requests. */
const NO_START = 0;

/** Compiles a `DatetimeBasedCursor`. Throws `ConnectorError('configuration')`. */
export function datetimeSettings(definition: Component, build: Build, stream: StreamContext): WindowSettingsSource {
  const parameters = definition.$parameters ?? {};
  const context = templateContext(build, definition);
  const format = requiredText(definition, 'datetime_format', stream);
  const formats = Array.isArray(definition['cursor_datetime_formats']) ? definition['cursor_datetime_formats'] : [];
  const axis = datetimeAxis([...formats.map(plainText), format], format);
  const moment = (name: string) => {
    const given = definition[name];
    if (typeof given !== 'string' && !isJsonObject(given)) return undefined;
    return minMaxDatetime(given as Component | string, build, { format, parameters });
  };
  const [startMoment, endMoment] = [moment('start_datetime'), moment('end_datetime')];
  const duration = (name: string): Duration | undefined => durationOf(definition[name], context);
  const [step, granularity] = [duration('step'), duration('cursor_granularity')];
  if ((step === undefined) !== (granularity === undefined)) {
    throw wrong(stream, 'needs `cursor_granularity` when it has `step`, and the other way round');
  }
  const lookback = duration('lookback_window');
  const lookBack = (point: number): number => (lookback ? minus(point, lookback) : point);
  const clamp = clampingOf(definition['clamping'], context, stream);
  const now = (): number => build.ctx.clock.now() * MILLISECOND;
  const granule = granularity ?? { months: 0, micros: MILLISECOND };
  const names = {
    cursorField: cursorFieldOf(definition, build),
    startField: fieldName(definition['partition_field_start'], 'start_time', context),
    endField: fieldName(definition['partition_field_end'], 'end_time', context),
  };
  const lastEnd = (end: number): number =>
    clamp ? minus(clamp.floor(end), granularity ?? { months: 0, micros: SECOND }) : end;
  const forRead = (): WindowSettings => {
    const configuredEnd = endMoment?.evaluate()?.micros;
    const end = configuredEnd ?? now();
    const start = startMoment?.evaluate()?.micros;
    return {
      ...names,
      axis,
      start: start ?? NO_START,
      end: lastEnd(end),
      latest: () => configuredEnd ?? now(),
      ...(step && start !== undefined && { step: (point: number) => plus(point, step) }),
      ...(granularity && {
        granularity: {
          before: (point: number) => minus(point, granularity),
          after: (point: number) => plus(point, granularity),
        },
      }),
      neighbour: (point) => plus(point, granule),
      lookBack,
      lookBackSeconds: (point, seconds) => point - seconds * SECOND,
      // What lies before the first whole period is part of it: rather too much than too little.
      ...(clamp && { clamp: { lower: clamp.floor, upper: clamp.ceiling } }),
      strict: definition['is_compare_strictly'] === true,
    };
  };
  return { ...names, forRead };
}

const plus = (micros: number, duration: Duration): number => addDuration({ micros, offsetMinutes: 0 }, duration).micros;
const minus = (micros: number, duration: Duration): number =>
  subtractDuration({ micros, offsetMinutes: 0 }, duration).micros;

function durationOf(given: Json | undefined, context: TemplateContext): Duration | undefined {
  const text = typeof given === 'string' ? interpolatedText(given).evaluate(context) : '';
  return text === '' || text === 'None' ? undefined : parseDuration(text);
}

function clampingOf(given: Json | undefined, context: TemplateContext, stream: StreamContext) {
  if (!isJsonObject(given)) return undefined;
  const target = interpolatedText(plainText(given['target'])).evaluate(context);
  const details = given['target_details'];
  return clamping(target, isJsonObject(details) ? details : undefined, stream.name);
}

function fieldName(given: Json | undefined, usual: string, context: TemplateContext): string {
  return typeof given === 'string' && given !== '' ? interpolatedText(given).evaluate(context) : usual;
}

function requiredText(definition: Component, name: string, stream: StreamContext): string {
  const text = definition[name];
  if (typeof text === 'string' && text !== '') return text;
  throw wrong(stream, `needs \`${name}\``);
}

const wrong = (stream: StreamContext, why: string): ConnectorError =>
  new ConnectorError('configuration', `The DatetimeBasedCursor of stream "${stream.name}" ${why}.`);
