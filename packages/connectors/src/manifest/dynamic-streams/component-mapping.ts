import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { interpolatedBoolean, interpolatedString, interpolatedText } from '../interpolation/interpolated.ts';
import type { Component } from '../model/component.ts';
import type { TemplateContext } from '../model/template.ts';
import { createAtPath, setAtPath } from './component-path.ts';
import type { MutableJson } from './component-path.ts';
import { yamlValue } from './yaml-value.ts';

/** Puts one value into a copy of a stream template. */
export interface ComponentMapping {
  /** Changes `component`. Throws `ConnectorError('configuration')`. */
  apply(component: MutableJson, context: TemplateContext): void;
}

const VALUE_TYPES = ['string', 'number', 'integer', 'boolean'] as const;

/**
 * Compiles a mapping. With `yaml`, values that are text are read as YAML once more, so that a template can write whole
 * components. Source: the schema's `ComponentMappingDefinition` and the CDK's `resolvers/`.
 */
export function buildComponentMapping(definition: Component, options: { readonly yaml: boolean }): ComponentMapping {
  const { field_path: fieldPath, value, condition } = definition;
  if (!Array.isArray(fieldPath) || fieldPath.length === 0 || typeof value !== 'string') {
    throw new ConnectorError(
      'configuration',
      'A mapping of "components_mapping" needs a "field_path" with at least one part, and a "value" that is a text.',
    );
  }
  const valueType = VALUE_TYPES.find((type) => type === definition['value_type']);
  const isText = valueType === 'string' || !options.yaml;
  const path = fieldPath.map(String).map((part) => interpolatedText(part));
  const template = interpolatedString(value, valueType ? { validTypes: [valueType] } : {});
  const applies = typeof condition === 'string' && condition !== '' ? interpolatedBoolean(condition) : undefined;
  const mayCreate = definition['create_or_update'] === true;
  return {
    apply(component, context) {
      if (applies && !applies.evaluate(context)) return;
      const evaluated = template.evaluate(context) as Json;
      const result = typeof evaluated === 'string' && !isText ? yamlValue(evaluated) : evaluated;
      const place = path.map((part) => part.evaluate(context));
      if (!setAtPath(component, place, result) && mayCreate && isTruthy(result)) createAtPath(component, place, result);
    },
  };
}

/** What Python takes for true: nothing is created for an empty value. */
function isTruthy(value: Json): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
