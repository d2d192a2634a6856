import { ConnectorError } from '../../kit/connector-error.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { Transformation } from '../model/records.ts';
import { customPart } from '../model/custom-part.ts';
import { buildAddFields } from './add-fields.ts';
import { buildDpathFlattenFields } from './dpath-flatten-fields.ts';
import { buildFlattenFields } from './flatten-fields.ts';
import { buildKeysReplace } from './keys-replace.ts';
import { KEYS_TO_LOWER } from './keys-to-lower.ts';
import { keysToSnakeCase } from './keys-to-snake-case.ts';
import { buildRemoveFields } from './remove-fields.ts';

type Make = (definition: Component, build: Build, stream: StreamContext) => Transformation;

const TRANSFORMATIONS: Readonly<Record<string, Make | undefined>> = {
  AddFields: buildAddFields,
  RemoveFields: buildRemoveFields,
  KeysToLower: () => KEYS_TO_LOWER,
  KeysToSnakeCase: keysToSnakeCase,
  KeysReplace: buildKeysReplace,
  FlattenFields: buildFlattenFields,
  DpathFlattenFields: buildDpathFlattenFields,
  CustomTransformation: customTransformation,
};

/** Nobody knows what a port does to a record. */
function customTransformation(definition: Component, build: Build, stream: StreamContext): Transformation {
  const port = customPart<Transformation>(definition, build, stream);
  return { changesInside: true, transform: (record, place) => port.transform(record, place) };
}

/** Builds a transformation of records. Throws `ConnectorError('configuration')` for a type that is none. */
export function buildTransformation(definition: Component, build: Build, stream: StreamContext): Transformation {
  const make = TRANSFORMATIONS[definition.type];
  if (make) return make(definition, build, stream);
  throw new ConnectorError(
    'configuration',
    `Stream "${stream.name}": ${definition.type} is no transformation of records.`,
  );
}
