import type { Json } from '../../../src/kit/json.ts';
import type { Component } from '../../../src/manifest/model/component.ts';
import { enumMember, isStub } from './param-table.ts';
import type { Stub } from './param-table.ts';

/** Arguments of Python objects that a definition does not have. */
const LEFT_OUT: ReadonlySet<string> = new Set(['config', 'parameters', 'extractor', 'decoder']);

/** A stub of a Python object as the definition that the object is built from. */
export function stubDefinition({ __stub__: type, kwargs }: Stub): Component {
  const fields = Object.entries(kwargs)
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, value]) => [name, plain(value)]);
  return { type, $parameters: (kwargs['parameters'] ?? {}) as Component, ...Object.fromEntries(fields) } as Component;
}

function plain(value: unknown): Json {
  const member = enumMember(value);
  if (member !== undefined) return member.split('.').at(-1) ?? '';
  return isStub(value) ? stubDefinition(value) : (value as Json);
}

/** The condition of a stubbed `InterpolatedBoolean`, or the text itself. */
export const conditionOf = (value: unknown): unknown =>
  isStub(value) ? (value.args[0] ?? value.kwargs['condition']) : value;
