import type { Json } from '@tributary/connectors/kit/json';
import type { Exchange } from '@tributary/connectors/recording/exchange';

/** Recorded exchanges by their questions. */
export type PlayedAnswers = ReadonlyMap<string, readonly Exchange[]>;

export const playedAnswers = (exchanges: readonly Exchange[]): PlayedAnswers =>
  Map.groupBy(exchanges, ({ request }) => JSON.stringify(request));

const MOST_LEVELS = 4;
const MOST_LISTS = 5;

/** What the answers to some questions are: their statuses, and the paths of the lists of objects in them (`the top` for a list). */
export function answersOf(
  answers: PlayedAnswers,
  questions: readonly Exchange['request'][],
): { readonly statuses: readonly number[]; readonly lists: readonly string[] } {
  const given = questions
    .flatMap((question) => answers.get(JSON.stringify(question)) ?? [])
    .map(({ response }) => response);
  const lists = given.flatMap(({ body }) =>
    typeof body === 'object' && 'json' in body ? listsIn(body.json as Json, []) : [],
  );
  return {
    statuses: [...new Set(given.map(({ status }) => status))],
    lists: [...new Set(lists)].slice(0, MOST_LISTS),
  };
}

function listsIn(value: Json | undefined, path: readonly string[]): readonly string[] {
  if (path.length > MOST_LEVELS || typeof value !== 'object' || value === null) return [];
  if (!Array.isArray(value))
    return Object.entries(value).flatMap(([name, one]) => listsIn(one as Json, [...path, name]));
  const [first] = value as readonly Json[];
  if (typeof first !== 'object' || first === null) return [];
  return [path.length === 0 ? 'the top (`field_path: []`)' : `[${path.join(', ')}]`];
}
