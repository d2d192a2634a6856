import { matchesPattern, EVERYTHING, isSelected } from '../engine/selection.ts';
import type { FieldRule, Selection } from '../engine/selection.ts';
import { touchesKey } from '../engine/field-rules.ts';
import type { FieldTypes } from '../engine/field-types.ts';
import { errors } from '../errors.ts';

/** A stream as the check of a selection wants to know it. */
export interface KnownStream {
  readonly name: string;
  readonly fields: FieldTypes;
  /** Rows may have fields beside these. */
  readonly open: boolean;
  readonly primaryKey: readonly string[];
}

/** So many names are listed in a refusal. */
const NAMES_SHOWN = 50;

/** The selection of a row; everything when none was made. */
export function selectionOf(row: { readonly selection: string | null }): Selection {
  return row.selection === null ? EVERYTHING : (JSON.parse(row.selection) as Selection);
}

/**
 * Compares a selection with what the source has. Names must be there, patterns may fit nothing; in the latter case, and
 * where a source does not say which fields it has, a warning comes back. Throws `unknown_stream`, `unknown_field`,
 * `key_field_protected`, `invalid_selection`.
 */
export function checkSelection(selection: Selection, streams: readonly KnownStream[]): readonly string[] {
  const selected = streams.filter(({ name }) => isSelected(selection, name));
  const warnings = checkStreams(selection, streams);
  if (selected.length === 0 && streams.length > 0)
    throw errors.invalid_selection({ reason: 'it reads none of the streams; pause the source connection instead' });
  checkDoubles(selection.fields);
  return [...warnings, ...selection.fields.flatMap((rule) => checkRule(rule, streams, selected))];
}

function checkStreams(selection: Selection, streams: readonly KnownStream[]): readonly string[] {
  const names = streams.map(({ name }) => name);
  const given = [...selection.include, ...selection.exclude];
  const named = [...given.filter((one) => !one.includes('*')), ...selection.fields.map(({ stream }) => stream)];
  const unknown = [...new Set(named)].filter((one) => one !== '*' && !names.includes(one));
  if (unknown.length > 0) throw errors.unknown_stream({ names: unknown, available: names.slice(0, NAMES_SHOWN) });
  return given
    .filter((one) => one !== '*' && one.includes('*') && !names.some((name) => matchesPattern(one, name)))
    .map((one) => `No stream fits ${one}.`);
}

function checkDoubles(rules: readonly FieldRule[]): void {
  const places = rules.map(({ stream, path }) => `${path} of ${stream === '*' ? 'all streams' : stream}`);
  const double = places.find((place, index) => places.indexOf(place) !== index);
  if (double !== undefined) throw errors.invalid_selection({ reason: `there are two rules for ${double}` });
}

function checkRule(rule: FieldRule, streams: readonly KnownStream[], selected: readonly KnownStream[]): string[] {
  const { stream, path, action } = rule;
  const concerned = stream === '*' ? selected : streams.filter(({ name }) => name === stream);
  const keyed = action === 'hash' ? undefined : concerned.find(({ primaryKey }) => touchesKey(path, primaryKey));
  if (keyed) throw errors.key_field_protected({ stream: keyed.name, path, action });
  if (concerned.some((one) => hasField(one, path))) return [];
  if (concerned.some(({ open }) => open)) {
    return [`No record with the field ${path} was seen in ${stream === '*' ? 'any stream' : stream} yet.`];
  }
  const available = [...new Set(concerned.flatMap(({ fields }) => Object.keys(fields)))].slice(0, NAMES_SHOWN);
  throw errors.unknown_field({ stream, path, available });
}

/** Only the first name of a path is in a schema; what lies below is the record's own. */
function hasField({ fields }: KnownStream, path: string): boolean {
  return Object.hasOwn(fields, path) || Object.hasOwn(fields, path.split('.')[0] ?? '');
}
