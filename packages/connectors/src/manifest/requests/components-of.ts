import type { Json } from '../../kit/json.ts';
import type { Component } from '../model/component.ts';
import { isJsonObject } from '../model/is-json-object.ts';

const isComponent = (given: unknown): given is Component => isJsonObject(given);

/** The component in a field; `undefined` when there is none. */
export const componentOf = (given: Json | undefined): Component | undefined => (isComponent(given) ? given : undefined);

/** The components in a field that holds a list of them. */
export const componentsOf = (given: Json | undefined): readonly Component[] =>
  Array.isArray(given) ? given.filter(isComponent) : [];
