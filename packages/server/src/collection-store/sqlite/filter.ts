import { errors } from '../../errors.ts';
import { type FilterCondition, type filterFields, filterOperators, type SearchQuery } from '../port.ts';
import {
  and,
  bind,
  type Comparison,
  compareNumber,
  compareText,
  compareTime,
  negatable,
  or,
  type SqlFragment,
} from './comparison.ts';
import { compareField } from './field-comparison.ts';

type FilterField = (typeof filterFields)[number];
type Compare = (comparison: Comparison) => SqlFragment;

/** Every filterable name and the column it stands for; the aliases are those of the search statement. */
const columns: Readonly<Record<FilterField, Compare>> = {
  entity_id: text("(t.name || '/' || e.key)"),
  name: text('b.name'),
  created_at: (comparison) => compareTime('b.created_at', comparison),
  updated_at: (comparison) => compareTime('b.updated_at', comparison),
  'breadcrumbs.entity_id': breadcrumb('id'),
  'breadcrumbs.name': breadcrumb('name'),
  'breadcrumbs.entity_type': breadcrumb('type'),
  entity_type: text('t.entity_type'),
  source_name: text('s.source_name'),
  original_entity_id: text('e.key'),
  chunk_index: (comparison) => compareNumber('c.position', comparison),
  sync_id: text('s.sync_id'),
  sync_job_id: text('j.job_id'),
  source_connection_id: text('s.source_connection_id'),
  stream: text('t.name'),
};

/**
 * The filter as one SQL condition with bound values; `undefined` without a filter. Negations hold for entities that
 * lack the value. Throws `invalid_request` for an unknown field or operator, or a value that cannot be compared.
 */
export function compileFilter(filter: SearchQuery['filter']): SqlFragment | undefined {
  if (filter.length === 0) return undefined;
  return or(
    filter.map((group, groupIndex) =>
      and(group.conditions.map((condition, index) => compile(condition, [groupIndex, 'conditions', index]))),
    ),
  );
}

function compile(condition: FilterCondition, place: readonly (string | number)[]): SqlFragment {
  const refuse = (part: string, message: string): never => {
    const path = ['body', 'filter', ...place, part];
    throw errors.invalid_request({ issues: [{ path, message, code: 'invalid_filter' }] });
  };
  if (!filterOperators.includes(condition.operator)) refuse('operator', `unknown operator '${condition.operator}'`);
  const compare = comparisonOf(condition.field) ?? refuse('field', `unknown field '${condition.field}'`);
  return negatable(condition, compare, (message) => refuse('value', message));
}

function comparisonOf(field: string): Compare | undefined {
  if (Object.hasOwn(columns, field)) return columns[field as FilterField];
  if (!field.startsWith('fields.') || field === 'fields.') return undefined;
  return (comparison) => compareField(field.slice('fields.'.length), comparison);
}

function text(column: string): Compare {
  return (comparison) => compareText(column, comparison);
}

/** Holds when any of the entity's breadcrumbs does. */
function breadcrumb(property: 'id' | 'name' | 'type'): Compare {
  return (comparison) => {
    const inner = compareText(`json_extract(crumb.value, '$.${property}')`, comparison);
    return bind(`EXISTS (SELECT 1 FROM json_each(b.breadcrumbs) crumb WHERE ${inner.sql})`, ...inner.values);
  };
}
