import type { SeededRandom } from './seeded-random.ts';

type Words = readonly [string, ...string[]];

const ADJECTIVES: Words = [
  'urgent',
  'quiet',
  'quarterly',
  'shared',
  'early',
  'final',
  'open',
  'careful',
  'regional',
  'new',
];
const VERBS: Words = [
  'review',
  'publish',
  'measure',
  'repair',
  'compare',
  'deliver',
  'archive',
  'approve',
  'plan',
  'test',
];
const FIRST_NAMES: Words = ['Ada', 'Bela', 'Chidi', 'Dana', 'Emre', 'Farah', 'Goran', 'Hana', 'Ines', 'Jonas'];
const LAST_NAMES: Words = ['Aydin', 'Berg', 'Castro', 'Diallo', 'Evans', 'Fischer', 'Garcia', 'Haas', 'Ito', 'Jensen'];

export const NOUNS: Words = [
  'report',
  'ledger',
  'harbour',
  'invoice',
  'meeting',
  'release',
  'contract',
  'schedule',
  'customer',
  'budget',
  'warehouse',
  'survey',
];

/** Markers that tokenizers treat specially; text that holds them must be stored and searched like any other. */
const SPECIAL_TOKENS: Words = [
  '<|endoftext|>',
  '<|fim_prefix|>',
  '<|fim_middle|>',
  '<|fim_suffix|>',
  '<|im_start|>',
  '<|im_end|>',
];

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function personName(random: SeededRandom): string {
  return `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
}

/** For example `urgent ledger to review`. */
export function topic(random: SeededRandom): string {
  return `${random.pick(ADJECTIVES)} ${random.pick(NOUNS)} to ${random.pick(VERBS)}`;
}

export function sentence(random: SeededRandom, words: number): string {
  const kinds = [ADJECTIVES, NOUNS, VERBS];
  const said = Array.from({ length: words }, (_, at) => random.pick(kinds[at % kinds.length] ?? NOUNS));
  return `${capitalised(said.join(' '))}.`;
}

export function paragraph(random: SeededRandom, sentences: number): string {
  return Array.from({ length: sentences }, () => sentence(random, random.between(8, 15))).join(' ');
}

export function paragraphs(random: SeededRandom, count: number, sentences: number): string {
  return Array.from({ length: count }, () => paragraph(random, sentences)).join('\n\n');
}

/** Headed sections, `# Part 1: …` and so on. */
export function sections(random: SeededRandom, heading: string, count: number, body: () => string): string {
  return Array.from(
    { length: count },
    (_, at) => `${heading} ${at + 1}: ${capitalised(topic(random))}\n\n${body()}`,
  ).join('\n\n');
}

export interface Decoration {
  readonly custom_content_prefix?: string | null | undefined;
  readonly inject_special_tokens?: boolean | undefined;
}

/** Puts the prefix in front and, when asked, one to three special tokens between the words. */
export function decorate(random: SeededRandom, text: string, decoration: Decoration): string {
  const { custom_content_prefix: prefix, inject_special_tokens: inject } = decoration;
  const whole = prefix ? `${prefix}\n\n${text}` : text;
  if (!inject) return whole;
  const words = whole.split(' ');
  for (let left = random.between(1, 3); left > 0; left -= 1) {
    words.splice(random.between(0, words.length), 0, random.pick(SPECIAL_TOKENS));
  }
  return words.join(' ');
}

const FIRST_DAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Days after which the dates begin again, so that a million records stay in this century. */
const DAYS = 700;

/** ISO 8601, some minute of the given day. */
export function moment(random: SeededRandom, day: number): string {
  return new Date(FIRST_DAY + (day % DAYS) * DAY_MS + random.between(0, 1_439) * MINUTE_MS).toISOString();
}

export const FIRST_MOMENT = new Date(FIRST_DAY).toISOString();
