import type { JsonObject } from '../../../kit/json.ts';
import type { LoginScope } from './login-template.ts';

/** What a login is about, by the beginnings of the placeholders' names. */
export const SUBJECTS = ['client_id', 'client_secret', 'auth_code', 'state', 'redirect_uri', 'scope'] as const;

export type LoginSubject = (typeof SUBJECTS)[number];

/** The parameters' names at the provider: `client_key` where RFC 6749 has `client_id`. */
export type LoginNames = Readonly<Record<LoginSubject, string>>;

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

/** The names of a login, with its overrides (`client_id_key`, …). */
export function loginNames(input: JsonObject): LoginNames {
  const named = SUBJECTS.map((subject) => [
    subject,
    textOf(input[`${subject}_key`]) ?? (subject === 'auth_code' ? 'code' : subject),
  ]);
  return Object.fromEntries(named) as LoginNames;
}

const JOINS: Readonly<Record<string, string>> = { space: ' ', comma: ',', plus: '+' };

/** The scopes as they are asked for: `scopes` joined as it says, else the text of `scope`. */
export function scopeText(input: JsonObject): string {
  const { scopes, scopes_join_strategy: strategy } = input;
  if (!Array.isArray(scopes)) return textOf(input['scope']) ?? '';
  const all = (scopes as readonly unknown[]).map((one) =>
    typeof one === 'string' ? one : textOf((one as JsonObject | null)?.['scope']),
  );
  return all.filter((one) => one !== undefined).join(JOINS[textOf(strategy) ?? 'space'] ?? ' ');
}

export interface LoginValues {
  /** What is known at this step. */
  readonly subjects: Readonly<Partial<Record<LoginSubject, string>>>;
  /** Values of the configuration, by the names that the login has for them. */
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * The placeholders of a step: for each subject `…_key` (its name), `…_value`, `…_param` (`name=value`) and the name itself, and
 * the values of the configuration.
 */
export function loginScope(names: LoginNames, { subjects, inputs }: LoginValues): LoginScope {
  const known = new Map(Object.entries(inputs));
  const encoded = new Set<string>();
  for (const subject of SUBJECTS) {
    const name = names[subject];
    known.set(`${subject}_key`, name);
    const value = subjects[subject];
    if (value === undefined) continue;
    known.set(name, value);
    known.set(`${subject}_value`, value);
    known.set(`${subject}_param`, `${name}=${encodeURIComponent(value)}`);
    // Scopes come joined by what the provider wants between them.
    if (subject !== 'scope') encoded.add(name).add(`${subject}_value`);
  }
  return { value: (name) => known.get(name), encodes: (name) => encoded.has(name) };
}
