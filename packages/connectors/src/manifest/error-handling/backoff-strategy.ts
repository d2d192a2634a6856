import type { RE2JS } from 're2js';
import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { interpolatedString } from '../interpolation/interpolated.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { customPart } from '../model/custom-part.ts';
import { pythonRegex } from '../requests/python-regex.ts';
import { renderedText } from '../requests/rendered-text.ts';
import type { BackoffStrategy } from './error-handler.ts';
import { LONGEST_PAUSE_MS } from './longest-pause.ts';
import { numberInHeader } from './number-in-header.ts';
import { templateContext } from '../interpolation/template-context.ts';

export interface BackoffOptions {
  /** Numbers in [0, 1) for the jitter. */
  readonly random?: () => number;
}

/** Builds one of the manifest's backoff strategies. Throws `ConnectorError('configuration')`. */
export function buildBackoffStrategy(
  definition: Component,
  build: Build,
  stream: StreamContext,
  { random = Math.random }: BackoffOptions = {},
): BackoffStrategy {
  // Jitter only lengthens a wait: it is spread over twice the range that the manifest names.
  const jitter = numberOf(definition, build, 'jitter_range_in_seconds') ?? 0;
  const spread = (seconds: number): number => seconds + random() * 2 * jitter;
  switch (definition.type) {
    case 'ConstantBackoffStrategy': {
      const seconds = numberOf(definition, build, 'backoff_time_in_seconds') ?? 0;
      return { seconds: () => spread(seconds) };
    }
    case 'ExponentialBackoffStrategy': {
      const factor = numberOf(definition, build, 'factor') ?? 5;
      return { seconds: (_answer, attempt) => spread(factor * 2 ** attempt) };
    }
    case 'WaitTimeFromHeader':
      return waitTime(definition, build);
    case 'WaitUntilTimeFromHeader':
      return waitUntil(definition, build);
    default:
      return customPart<BackoffStrategy>(definition, build, stream);
  }
}

function waitTime(definition: Component, build: Build): BackoffStrategy {
  const { header, regex } = headerOf(definition, build);
  return {
    seconds({ response }) {
      const seconds = numberInHeader(response.headers, header, regex);
      return seconds === undefined ? undefined : capped(seconds, capOf(definition, build));
    },
  };
}

function waitUntil(definition: Component, build: Build): BackoffStrategy {
  const { header, regex } = headerOf(definition, build);
  const least = numberOf(definition, build, 'min_wait');
  return {
    seconds({ response }) {
      const until = numberInHeader(response.headers, header, regex);
      if (!until) return least ? capped(least, capOf(definition, build)) : undefined;
      const seconds = until - build.ctx.clock.now() / 1000;
      if (least) return capped(Math.max(seconds, least), capOf(definition, build));
      return seconds < 0 ? undefined : capped(seconds, capOf(definition, build));
    },
  };
}

function headerOf(definition: Component, build: Build): { readonly header: string; readonly regex?: RE2JS } {
  const context = templateContext(build, definition);
  const { header, regex } = definition;
  const name = renderedText(header, context) ?? '';
  if (typeof regex !== 'string' || regex === '') return { header: name };
  return { header: name, regex: pythonRegex(renderedText(regex, context) ?? '') };
}

/** The longest wait that the manifest allows, in seconds; 0 means that there shall be none. Looked up when there is a wait only. */
function capOf(definition: Component, build: Build): number | undefined {
  const field = 'max_waiting_time_in_seconds';
  const given = definition[field];
  if (given === undefined || given === null || given === '') return undefined;
  const cap = evaluated(given, definition, build);
  if (cap === undefined || !Number.isFinite(cap)) throw notNumber(definition, field);
  return cap;
}

function capped(seconds: number, cap: number | undefined): number {
  if (cap === undefined || seconds < cap) return seconds;
  throw new ConnectorError(
    'rate_limited',
    `The source asks to wait ${Math.ceil(seconds)} seconds, and the manifest allows less than ${cap}.`,
    { retryAfterMs: Math.min(Math.ceil(seconds * 1000), LONGEST_PAUSE_MS) },
  );
}

function numberOf(definition: Component, build: Build, field: string): number | undefined {
  const given = definition[field];
  if (given === undefined || given === null || given === '') return undefined;
  const number = evaluated(given, definition, build);
  if (number === undefined) throw notNumber(definition, field);
  return number;
}

/** A number, or a template that renders to one; `undefined` when it does not. */
function evaluated(given: Json, definition: Component, build: Build): number | undefined {
  const value =
    typeof given === 'string' ? interpolatedString(given).evaluate(templateContext(build, definition)) : given;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && !Number.isNaN(number) ? number : undefined;
}

const notNumber = ({ type }: Component, field: string): ConnectorError =>
  new ConnectorError(
    'configuration',
    `\`${field}\` of a ${type} does not come to a number; look at the setting behind it.`,
  );
