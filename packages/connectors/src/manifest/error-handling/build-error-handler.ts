import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { interpolatedString } from '../interpolation/interpolated.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import { componentsOf } from '../requests/components-of.ts';
import { customPart } from '../model/custom-part.ts';
import { buildBackoffStrategy } from './backoff-strategy.ts';
import { compositeErrorHandler } from './composite-error-handler.ts';
import { defaultErrorHandler } from './default-error-handler.ts';
import type { ErrorHandler } from './error-handler.ts';
import { responseFilter } from './response-filter.ts';
import { templateContext } from '../interpolation/template-context.ts';

/** Builds the error handler of a requester; the default one when the manifest names none. Throws `ConnectorError('configuration')`. */
export function buildErrorHandler(
  definition: Component | undefined,
  build: Build,
  stream: StreamContext,
): ErrorHandler {
  if (!definition) return defaultErrorHandler({ filters: [] });
  switch (definition.type) {
    case 'DefaultErrorHandler':
      return buildDefault(definition, build, stream);
    case 'CompositeErrorHandler': {
      const [first, ...others] = componentsOf(definition['error_handlers']).map((one) =>
        buildErrorHandler(one, build, stream),
      );
      if (!first)
        throw new ConnectorError('configuration', 'A CompositeErrorHandler needs at least one error handler.');
      return compositeErrorHandler(first, others);
    }
    default:
      return customPart<ErrorHandler>(definition, build, stream);
  }
}

function buildDefault(definition: Component, build: Build, stream: StreamContext): ErrorHandler {
  const { max_retries: maxRetries, response_filters: filters, backoff_strategies: strategies } = definition;
  return defaultErrorHandler({
    filters: componentsOf(filters).map((one) => responseFilter(one, build)),
    backoffStrategies: componentsOf(strategies).map((one) => buildBackoffStrategy(one, build, stream)),
    ...(hasSaid(maxRetries) && { maxRetries: retriesOf(maxRetries, definition, build) }),
  });
}

const hasSaid = (given: Json | undefined): given is Json => given !== undefined && given !== null && given !== '';

function retriesOf(given: Json, definition: Component, build: Build): number {
  const value =
    typeof given === 'string'
      ? interpolatedString(given, { default: 5 }).evaluate(templateContext(build, definition))
      : given;
  const retries = Number(value);
  if (!Number.isInteger(retries)) {
    throw new ConnectorError('configuration', '`max_retries` of an error handler does not come to a whole number.');
  }
  return Math.max(0, retries);
}
