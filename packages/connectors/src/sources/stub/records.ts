import { z } from 'zod';
import {
  decorate,
  type Decoration,
  moment,
  NOUNS,
  paragraph,
  paragraphs,
  personName,
  sections,
  sentence,
  topic,
} from './content.ts';
import type { Kind } from './kind.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';

const shared = {
  stub_id: z.string(),
  created_at: z.string(),
  modified_at: z.string(),
  sequence_number: z.int(),
};
const text = { ...shared, title: z.string(), tags: z.array(z.string()) };
const file = {
  ...shared,
  file_name: z.string(),
  description: z.string(),
  file_type: z.string(),
  mime_type: z.string(),
  size: z.int(),
  /** The file's text; searched, not kept among the fields. */
  content: z.string(),
};

const schemas = {
  small: z.object({ ...text, content: z.string(), author: z.string() }),
  medium: z.object({
    ...text,
    description: z.string(),
    status: z.string(),
    priority: z.string(),
    assignee: z.string(),
    notes: z.string(),
    due_date: z.string(),
  }),
  large: z.object({
    ...text,
    summary: z.string(),
    content: z.string(),
    author: z.string(),
    category: z.string(),
    sections: z.array(z.string()),
    references: z.array(z.string()),
    published_at: z.string(),
    word_count: z.int(),
  }),
  small_file: z.object({ ...file, file_extension: z.string() }),
  large_file: z.object({
    ...file,
    file_extension: z.string(),
    summary: z.string(),
    author: z.string(),
    category: z.string(),
    page_count: z.int(),
  }),
  code_file: z.object({
    ...file,
    functions: z.array(z.string()),
    classes: z.array(z.string()),
    imports: z.array(z.string()),
    language: z.string(),
    repo_name: z.string(),
    repo_owner: z.string(),
    path_in_repo: z.string(),
    commit_id: z.string(),
  }),
} satisfies Record<Kind, z.ZodObject>;

/** What makes the records of one run: same settings, same records. */
export interface Recipe extends Decoration {
  readonly seed: number;
}

export type StubRow<K extends Kind> = z.output<(typeof schemas)[K]>;

const sized = (content: string) => ({ content, size: Buffer.byteLength(content) });

function base(id: string, recipe: Recipe, index: number, random: SeededRandom, daysLater: number) {
  return {
    stub_id: `${id}-${recipe.seed}-${index}`,
    created_at: moment(random, index),
    modified_at: moment(random, index + daysLater),
    sequence_number: index,
  };
}

function small(recipe: Recipe, index: number, random: SeededRandom): StubRow<'small'> {
  return {
    ...base('small', recipe, index, random, 1),
    title: `Stub ${topic(random)}`,
    content: decorate(random, paragraph(random, 2), recipe),
    author: personName(random),
    tags: random.pickSome(NOUNS, 3),
  };
}

function medium(recipe: Recipe, index: number, random: SeededRandom): StubRow<'medium'> {
  return {
    ...base('medium', recipe, index, random, 2),
    title: `Stub ${topic(random)}`,
    description: decorate(random, paragraphs(random, 2, 4), recipe),
    status: random.pick(['open', 'waiting', 'done', 'blocked']),
    priority: random.pick(['low', 'normal', 'high']),
    assignee: personName(random),
    tags: random.pickSome(NOUNS, 4),
    notes: paragraph(random, 2),
    due_date: moment(random, index + 30),
  };
}

function large(recipe: Recipe, index: number, random: SeededRandom): StubRow<'large'> {
  const content = decorate(
    random,
    sections(random, '## Section', 5, () => paragraphs(random, 2, 4)),
    recipe,
  );
  return {
    ...base('large', recipe, index, random, 5),
    title: `Stub ${topic(random)}`,
    summary: paragraph(random, 3),
    content,
    author: personName(random),
    category: random.pick(['engineering', 'finance', 'operations', 'research']),
    tags: random.pickSome(NOUNS, 5),
    sections: [1, 2, 3, 4, 5].map((number) => `Section ${number}`),
    references: [1, 2, 3].map((number) => `Reference ${number}`),
    published_at: moment(random, index + 3),
    word_count: content.split(/\s+/).length,
  };
}

function smallFile(recipe: Recipe, index: number, random: SeededRandom): StubRow<'small_file'> {
  const lines = Array.from({ length: 50 }, (_, at) => `Row ${at + 1}: ${sentence(random, 6)}`);
  return {
    ...base('small-file', recipe, index, random, 1),
    file_name: `Stub small file ${recipe.seed}-${index}.txt`,
    description: sentence(random, 8),
    file_extension: '.txt',
    file_type: 'text',
    mime_type: 'text/plain',
    ...sized(decorate(random, lines.join('\n'), recipe)),
  };
}

function largeFile(recipe: Recipe, index: number, random: SeededRandom): StubRow<'large_file'> {
  const body = sized(
    decorate(
      random,
      sections(random, '# Chapter', 12, () => paragraphs(random, 8, 7)),
      recipe,
    ),
  );
  return {
    ...base('large-file', recipe, index, random, 3),
    file_name: `Stub large file ${recipe.seed}-${index}.txt`,
    description: sentence(random, 10),
    file_extension: '.txt',
    summary: paragraph(random, 3),
    author: personName(random),
    category: random.pick(['engineering', 'finance', 'operations', 'research']),
    page_count: Math.floor(body.size / 3_000) + 1,
    file_type: 'document',
    mime_type: 'text/plain',
    ...body,
  };
}

function codeFile(recipe: Recipe, index: number, random: SeededRandom): StubRow<'code_file'> {
  const noun = random.pick(NOUNS);
  const [kind, count, format] = [`${noun.charAt(0).toUpperCase()}${noun.slice(1)}`, `count_${noun}`, `format_${noun}`];
  const notes = Array.from({ length: 20 }, () => `# ${sentence(random, 9)}`);
  const code = [
    `"""${sentence(random, 8)}"""`,
    'from dataclasses import dataclass',
    ...notes.slice(0, 10),
    `@dataclass\nclass ${kind}:\n    name: str\n    rows: list`,
    ...notes.slice(10),
    `def ${count}(items):\n    return sum(1 for item in items if item is not None)`,
    `def ${format}(items, prefix=""):\n    return [f"{prefix}{item}" for item in items]`,
  ];
  const fileName = `Stub code file ${recipe.seed}-${index}.py`;
  return {
    ...base('code-file', recipe, index, random, 2),
    file_name: fileName,
    description: sentence(random, 8),
    functions: [count, format],
    classes: [kind],
    imports: ['dataclasses'],
    language: 'python',
    repo_name: 'stub-repository',
    repo_owner: 'stub-owner',
    path_in_repo: `src/${fileName}`,
    commit_id: `stub-commit-${recipe.seed}-${index}`,
    file_type: 'code',
    mime_type: 'text/x-python',
    ...sized(decorate(random, code.join('\n\n'), recipe)),
  };
}

/** The maker of each kind's records, with their schema. */
export const recipes = {
  small: { schema: schemas.small, make: small },
  medium: { schema: schemas.medium, make: medium },
  large: { schema: schemas.large, make: large },
  small_file: { schema: schemas.small_file, make: smallFile },
  large_file: { schema: schemas.large_file, make: largeFile },
  code_file: { schema: schemas.code_file, make: codeFile },
} satisfies {
  [K in Kind]: { schema: (typeof schemas)[K]; make(recipe: Recipe, index: number, random: SeededRandom): StubRow<K> };
};

/** The record at an index; the same for the same recipe, whatever was made before. */
export function recordAt<K extends Kind>(kind: K, recipe: Recipe, index: number): StubRow<K> {
  const maker: (recipe: Recipe, index: number, random: SeededRandom) => unknown = recipes[kind].make;
  return maker(recipe, index, seededRandom(recipe.seed, index)) as StubRow<K>;
}
