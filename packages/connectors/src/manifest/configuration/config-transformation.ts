import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import { interpolatedBoolean, interpolatedMapping, interpolatedString } from '../interpolation/interpolated.ts';
import { pythonText } from '../interpolation/python-text.ts';
import { templateContext } from '../interpolation/template-context.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { TemplateContext } from '../model/template.ts';
import { asObject, objectsOf } from './as-object.ts';
import { putAt, spotsAt } from './config-path.ts';
import type { MutableConfig } from './config-path.ts';
import { customPart } from './custom-part.ts';

/** Changes settings in place. Ports of `CustomConfigTransformation` are this too. */
export interface ConfigTransformation {
  transform(config: MutableConfig): void;
}

/** One of `ConfigRemapField`, `ConfigAddFields`, `ConfigRemoveFields`, `CustomConfigTransformation`. Throws `ConnectorError`. */
export function buildConfigTransformation(definition: Component, build: Build): ConfigTransformation {
  switch (definition.type) {
    case 'ConfigRemapField':
      return remapField(definition, build);
    case 'ConfigAddFields':
      return addFields(definition, build);
    case 'ConfigRemoveFields':
      return removeFields(definition, build);
    case 'CustomConfigTransformation':
      return customPart<ConfigTransformation>(definition, build, 'transform');
    default:
      throw new ConnectorError(
        'configuration',
        `The manifest's spec has a transformation of an unknown type, ${definition.type}.`,
      );
  }
}

/** What templates see: the settings as they are by now. */
const contextOf = (definition: Component, build: Build, config: MutableConfig): TemplateContext => ({
  ...templateContext(build, definition),
  config,
});

const textsOf = (value: Json | undefined): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

function remapField(definition: Component, build: Build): ConfigTransformation {
  const path = textsOf(definition['field_path']).map((part) => interpolatedString(part));
  const { map } = definition;
  const given = asObject(map);
  const table = given ? interpolatedMapping(given) : interpolatedString(map as string);
  return {
    transform(config) {
      const context = contextOf(definition, build, config);
      const values = asObject(table.evaluate(context));
      const spots = spotsAt(
        config,
        path.map((part) => pythonText(part.evaluate(context))),
      );
      for (const { holder, name } of spots) {
        const value = holder[name];
        if (typeof value === 'object' && value !== null) continue;
        const key = pythonText(value);
        if (values && Object.hasOwn(values, key)) holder[name] = values[key];
      }
    },
  };
}

/** Names of value types in the manifest language are those that templates know. */
type ValueType = 'string' | 'integer' | 'number' | 'boolean';

function addFields(definition: Component, build: Build): ConfigTransformation {
  const { condition } = definition;
  const wanted = typeof condition === 'string' && condition !== '' ? interpolatedBoolean(condition) : undefined;
  const fields = objectsOf(definition['fields']).map((field) => {
    const type = field['value_type'] as ValueType | undefined;
    return {
      path: textsOf(field['path']).map((part) => interpolatedString(part)),
      value: interpolatedString(pythonText(field['value']), type ? { validTypes: [type] } : {}),
    };
  });
  return {
    transform(config) {
      const context = contextOf(definition, build, config);
      for (const { path, value } of fields) {
        const made = value.evaluate(context);
        const at = path.map((part) => pythonText(part.evaluate(context)));
        if (wanted && !wanted.evaluate({ ...context, value: made, path: at })) continue;
        putAt(config, at, (made ?? null) as Json);
      }
    },
  };
}

function removeFields(definition: Component, build: Build): ConfigTransformation {
  const { condition, field_pointers: pointers } = definition;
  const wanted = typeof condition === 'string' && condition !== '' ? interpolatedBoolean(condition) : undefined;
  const paths = Array.isArray(pointers) ? pointers.map((one: Json) => textsOf(one)) : [];
  return {
    transform(config) {
      for (const path of paths) {
        for (const { holder, name } of spotsAt(config, path)) {
          if (wanted && !wanted.evaluate({ ...contextOf(definition, build, config), property: holder[name] })) continue;
          delete holder[name];
        }
      }
    },
  };
}
