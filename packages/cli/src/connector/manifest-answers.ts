/** What the author says of a new connector, by the names of the flags; a question that was not asked has no answer. */
export type ManifestAnswers = Readonly<Partial<Record<QuestionName, string>>>;

export type QuestionName =
  | 'name'
  | 'title'
  | 'base-url'
  | 'auth'
  | 'auth-name'
  | 'token-url'
  | 'stream'
  | 'path'
  | 'records'
  | 'primary-key'
  | 'paging'
  | 'page-param'
  | 'size-param'
  | 'page-size'
  | 'next'
  | 'incremental'
  | 'datetime-format'
  | 'since-param';

export const AUTHS = ['none', 'api-key-header', 'api-key-query', 'bearer', 'basic', 'oauth'] as const;
export const PAGINGS = ['none', 'page', 'offset', 'cursor', 'link'] as const;

/** `a.b` as a path; nothing, or a dot, is the whole. */
export const pathOf = (text: string): readonly string[] => text.split('.').filter((part) => part !== '');

/** `a, b` as names. */
export const namesOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
