import { z } from 'zod';
import { filterFields, type FilterCondition, type FilterOperator } from '../../collection-store/port.ts';
import { must } from '../../lib/asserts.ts';
import { storeField } from './search-schema.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const several = z.union([z.array(z.string()), z.array(z.number())]);
const bound = z.union([z.number(), z.string()]).nullish();

const Match = z.union([
  z.strictObject({ value: scalar }),
  z.strictObject({ any: several }),
  z.strictObject({ except: several }),
  z.strictObject({ text: z.string() }),
]);
const Range = z.strictObject({ gt: bound, gte: bound, lt: bound, lte: bound });
const Field = z
  .strictObject({ key: z.string().min(1), match: Match.nullish(), range: Range.nullish() })
  .refine((given) => Boolean(given.match) !== Boolean(given.range), 'Give either match or range')
  .meta({ id: 'LegacyFieldCondition' });
type Field = z.output<typeof Field>;

const Fields = z
  .union([z.array(Field), Field], { error: 'Only conditions with a key and a match or range are taken' })
  .nullish()
  .transform((given) => (given ? [given].flat() : []));

/** The part of the older filter language (Qdrant's) that a store of words can answer; the rest is a 422. */
export const LegacyFilter = z
  .strictObject({ must: Fields, should: Fields, must_not: Fields })
  .refine((given) => given.must_not.every(isNegatable), {
    path: ['must_not'],
    error: 'Takes value, any, except, or a range of one bound',
  })
  .meta({ id: 'LegacyFilter' });

const bounds = {
  gt: 'greater_than',
  gte: 'greater_than_or_equal',
  lt: 'less_than',
  lte: 'less_than_or_equal',
} as const;

const opposite: Readonly<Partial<Record<FilterOperator, FilterOperator>>> = {
  equals: 'not_equals',
  in: 'not_in',
  not_in: 'in',
  greater_than: 'less_than_or_equal',
  greater_than_or_equal: 'less_than',
  less_than: 'greater_than_or_equal',
  less_than_or_equal: 'greater_than',
};

function fieldName(key: string): string {
  const name = storeField(key.replace(/^payload\./, ''));
  return (filterFields as readonly string[]).includes(name) ? name : `fields.${name}`;
}

function toConditions({ key, match, range }: Field): FilterCondition[] {
  const field = fieldName(key);
  if (match) {
    if ('value' in match) return [{ field, operator: 'equals', value: match.value }];
    if ('any' in match) return [{ field, operator: 'in', value: match.any }];
    if ('except' in match) return [{ field, operator: 'not_in', value: match.except }];
    return [{ field, operator: 'contains', value: match.text }];
  }
  return (Object.keys(bounds) as (keyof typeof bounds)[]).flatMap((name) => {
    const value = range?.[name];
    return value === null || value === undefined ? [] : [{ field, operator: bounds[name], value }];
  });
}

function isNegatable(field: Field): boolean {
  const [condition, ...more] = toConditions(field);
  return more.length === 0 && condition !== undefined && condition.operator in opposite;
}

function negate(condition: FilterCondition): FilterCondition {
  const operator = must(opposite[condition.operator], 'the schema lets only negatable conditions into must_not');
  return { ...condition, operator };
}

/** The older filter as groups of conditions: every `should` gives a group, and all else holds in each. */
export function legacyFilterGroups(
  filter: z.output<typeof LegacyFilter> | null | undefined,
): readonly { readonly conditions: readonly FilterCondition[] }[] {
  if (!filter) return [];
  const always = [...filter.must.flatMap(toConditions), ...filter.must_not.flatMap(toConditions).map(negate)];
  if (filter.should.length > 0)
    return filter.should.map((field) => ({ conditions: [...always, ...toConditions(field)] }));
  return always.length > 0 ? [{ conditions: always }] : [];
}
