import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { interpolatedString } from '../interpolation/interpolated.ts';
import { pythonText } from '../interpolation/python-text.ts';
import { templateContext } from '../interpolation/template-context.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { TemplateContext } from '../model/template.ts';
import { parseJson } from '../specification/secret-field.ts';
import { asObject } from './as-object.ts';
import { spotsAt } from './config-path.ts';
import { customPart } from './custom-part.ts';
import { schemaIssues } from './schema-check.ts';

/** Ports of `CustomValidationStrategy` are this; throws `ConnectorError('configuration')` that says what to change. */
export interface ValidationStrategy {
  validate(value: Json | undefined): void;
}

/** Judges settings by a `DpathValidator` or `PredicateValidator`. Throws `ConnectorError('configuration')`. */
export function validateConfig(definition: Component, config: JsonObject, build: Build): void {
  const context = { ...templateContext(build, definition), config };
  const strategy = strategyOf(asObject(definition['validation_strategy']) as Component, context, build);
  if (definition.type === 'PredicateValidator') {
    const { value } = definition;
    strategy.validate((typeof value === 'string' ? interpolatedString(value).evaluate(context) : value) as Json);
    return;
  }
  const { field_path: path } = definition;
  const parts = (Array.isArray(path) ? path : []).map((part: Json) =>
    pythonText(interpolatedString(part as string).evaluate(context)),
  );
  const spots = spotsAt(config, parts);
  if (spots.length === 0 && !parts.includes('*'))
    throw new ConnectorError('configuration', `The setting ${parts.join('.')} is missing.`);
  for (const { holder, name } of spots) strategy.validate(holder[name]);
}

function strategyOf(definition: Component, context: TemplateContext, build: Build): ValidationStrategy {
  if (definition.type !== 'ValidateAdheresToSchema')
    return customPart<ValidationStrategy>(definition, build, 'validate');
  const { base_schema: base } = definition;
  const rendered = typeof base === 'string' ? interpolatedString(base).evaluate(context) : base;
  const schema = asObject(typeof rendered === 'string' ? parseJson(rendered) : rendered);
  if (!schema) throw new ConnectorError('configuration', "The manifest's ValidateAdheresToSchema has no schema.");
  return {
    validate(value) {
      const parsed = typeof value === 'string' ? parseJson(value) : value;
      if (parsed === undefined) throw new ConnectorError('configuration', 'A setting must be JSON.');
      const issues = schemaIssues(schema, parsed);
      if (issues.length > 0)
        throw new ConnectorError('configuration', `The settings do not fit: ${issues.join('; ')}.`);
    },
  };
}
