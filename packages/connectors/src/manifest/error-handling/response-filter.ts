import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { interpolatedBoolean, interpolatedText } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { ManifestResponse } from '../model/request.ts';
import type { TemplateContext } from '../model/template.ts';
import { PyHeaderMapping } from '../interpolation/py-header-mapping.ts';
import { mappedStatus } from './default-mapping.ts';
import type { ErrorResolution, FailureType, JudgedAnswer, ResponseAction } from './error-handler.ts';
import { saidMessage } from './said-message.ts';
import { templateContext } from '../interpolation/template-context.ts';

/** Says what follows from an answer that it matches; `undefined` for others. */
export type ResponseFilter = (answer: JudgedAnswer) => ErrorResolution | undefined;

/**
 * `HttpResponseFilter`: matches by status, by a template over the body, or by the message that the body says. A body that is
 * streamed is left alone when the status is good.
 */
export function responseFilter(definition: Component, build: Build): ResponseFilter {
  const codes = new Set(Array.isArray(definition['http_codes']) ? definition['http_codes'].map(Number) : []);
  const { action, failure_type: failureType, error_message_contains: contained } = definition;
  if (typeof action !== 'string') return () => undefined;
  const predicate = isSaid(definition['predicate']) ? interpolatedBoolean(definition['predicate']) : undefined;
  const message = isSaid(definition['error_message']) ? interpolatedText(definition['error_message']) : undefined;
  const fixed = templateContext(build, definition);

  const matches = ({ response, bodyIsStreamed }: JudgedAnswer): boolean => {
    if (codes.has(response.status)) return true;
    if (bodyIsStreamed) return false;
    if (predicate?.evaluate(bodyContext(fixed, response))) return true;
    return isSaid(contained) && (saidMessage(response) ?? '').includes(contained);
  };
  return (answer) => {
    if (!matches(answer)) return undefined;
    const { response, bodyIsStreamed } = answer;
    const mapped = mappedStatus(response.status);
    const said = message?.evaluate(bodyIsStreamed ? headContext(fixed, response) : bodyContext(fixed, response));
    return {
      action: action as ResponseAction,
      failureType: failureTypeOf(action, failureType, mapped),
      message: said || (mapped?.message ?? ''),
    };
  };
}

const isSaid = (value: Json | undefined): value is string => typeof value === 'string' && value !== '';

/** The manifest's word on the kind of failure counts for FAIL only (CDK `HttpResponseFilter`). */
function failureTypeOf(action: string, said: Json | undefined, mapped: ErrorResolution | undefined): FailureType {
  if (action === 'FAIL' && typeof said === 'string') return said as FailureType;
  return mapped?.failureType ?? 'system_error';
}

const headContext = (fixed: TemplateContext, { headers }: ManifestResponse): TemplateContext => ({
  ...fixed,
  response: {},
  headers: new PyHeaderMapping(headers),
});

const bodyContext = (fixed: TemplateContext, response: ManifestResponse): TemplateContext => ({
  ...headContext(fixed, response),
  response: bodyOrNothing(response),
});

function bodyOrNothing(response: ManifestResponse): Json {
  try {
    return response.json();
  } catch (error) {
    if (error instanceof ConnectorError) return {};
    throw error;
  }
}
