import type { Json } from '../kit/json.ts';
import { valueAtPath } from '../manifest/connector/value-at-path.ts';
import type { Component } from '../manifest/model/component.ts';
import type { Transformation } from '../manifest/model/records.ts';
import { htmlWords } from './html-words.ts';

/**
 * `CustomTransformation` that puts the words of HTML in the field at the path `from` into the top field `to`. All texts below
 * `from` count, one a line, when it is a list or an object: those in members called `only`, when that is given.
 */
export function htmlTextTransformation(definition: Component): Transformation {
  const from = (definition['from'] ?? []) as readonly string[];
  const { to, only } = definition as { readonly to?: string; readonly only?: string };
  return {
    transform(record) {
      const texts: string[] = [];
      collect(valueAtPath(record as Readonly<Record<string, Json>>, from), only, texts, only === undefined);
      record[to ?? 'text'] = texts.map(htmlWords).filter(Boolean).join('\n');
    },
  };
}

function collect(value: Json | undefined, only: string | undefined, texts: string[], wanted: boolean): void {
  if (typeof value === 'string' && wanted) texts.push(value);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value as Readonly<Record<string, Json>>))
    collect(member, only, texts, only === undefined || name === only);
}
