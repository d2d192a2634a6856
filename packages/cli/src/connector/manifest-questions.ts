import { AUTHS, type ManifestAnswers, namesOf, PAGINGS, type QuestionName } from './manifest-answers.ts';

export interface Question {
  /** Also the flag. */
  readonly name: QuestionName;
  readonly asks: string;
  readonly choices?: readonly string[];
  /** The answer of who gives none; absent when one is needed. */
  usual?(before: ManifestAnswers): string;
  /** What is wrong with an answer; `undefined` when it is good. */
  wrong?(answer: string): string | undefined;
  /** Whether it is asked after these answers; always when absent. */
  when?(before: ManifestAnswers): boolean;
}

const paged = ({ paging }: ManifestAnswers): boolean => paging !== 'none';
const counted = ({ paging }: ManifestAnswers): boolean => paging === 'page' || paging === 'offset';
const incremental = ({ incremental: field }: ManifestAnswers): boolean => field !== undefined && field !== 'none';

const isName = (answer: string): string | undefined =>
  /^[a-z][a-z0-9_-]*$/.test(answer) ? undefined : 'Use small letters, digits, - and _, with a letter first.';

const isAddress = (answer: string): string | undefined => {
  const url = URL.parse(answer);
  if (!url || !/^https?:$/.test(url.protocol)) return 'Write an address, like https://api.example.com/v1.';
  return url.search === '' && url.hash === '' && url.username === ''
    ? undefined
    : 'Leave out what comes after ? or #, and user names.';
};

const isWord = (answer: string): string | undefined =>
  /^[^\s"'{}]+$/.test(answer) ? undefined : 'It has no spaces, quotes or braces.';

const isPath = (answer: string): string | undefined =>
  /[?#]/.test(answer) ? 'Leave out what comes after ? or #; parameters go into `request_parameters`.' : isWord(answer);

const PAGE_PARAMS: Readonly<Record<string, string>> = { page: 'page', offset: 'offset', cursor: 'cursor' };

/** What `connector new` asks, in this order. */
export const QUESTIONS: readonly Question[] = [
  { name: 'name', asks: 'Short name of the source', wrong: isName },
  {
    name: 'title',
    asks: 'Title for people',
    usual: ({ name = '' }) => `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll(/[-_]/g, ' ')}`,
  },
  { name: 'base-url', asks: 'Base address of the API', wrong: isAddress },
  { name: 'auth', asks: 'Authentication', choices: AUTHS, usual: () => 'bearer' },
  {
    name: 'auth-name',
    asks: 'Name of the header or parameter with the key',
    usual: ({ auth }) => (auth === 'api-key-header' ? 'X-API-Key' : 'api_key'),
    wrong: isWord,
    when: ({ auth }) => auth === 'api-key-header' || auth === 'api-key-query',
  },
  { name: 'token-url', asks: 'Address of the token endpoint', wrong: isAddress, when: ({ auth }) => auth === 'oauth' },
  { name: 'stream', asks: 'Name of the first stream', wrong: isName },
  { name: 'path', asks: 'Its path below the base address', usual: ({ stream = '' }) => `/${stream}`, wrong: isPath },
  {
    name: 'records',
    asks: 'Where the records are in the answer, with dots (. when the answer is the list)',
    usual: () => 'data',
    wrong: isWord,
  },
  {
    name: 'primary-key',
    asks: 'Primary key of a record, with commas when it is several fields',
    usual: () => 'id',
    wrong: (answer) => (namesOf(answer).length > 0 ? undefined : 'Name one field at least.'),
  },
  { name: 'paging', asks: 'Paging', choices: PAGINGS, usual: () => 'none' },
  {
    name: 'next',
    asks: 'Where the answer holds what leads to the next page, with dots (header: the Link header)',
    usual: ({ paging }) => (paging === 'cursor' ? 'next_cursor' : 'header'),
    wrong: isWord,
    when: ({ paging }) => paging === 'cursor' || paging === 'link',
  },
  {
    name: 'page-param',
    asks: 'Parameter for the page, offset or cursor',
    usual: ({ paging = '' }) => PAGE_PARAMS[paging] ?? 'page',
    wrong: isWord,
    when: (before) => counted(before) || before.paging === 'cursor',
  },
  {
    name: 'size-param',
    asks: 'Parameter for the size of a page (none when there is none)',
    usual: (before) => (counted(before) ? 'limit' : 'none'),
    wrong: isWord,
    when: paged,
  },
  {
    name: 'page-size',
    asks: 'Records in a page',
    usual: () => '100',
    wrong: (answer) => (/^[1-9]\d{0,5}$/.test(answer) ? undefined : 'Give a number from 1 on.'),
    when: (before) => counted(before) || (paged(before) && before['size-param'] !== 'none'),
  },
  {
    name: 'incremental',
    asks: 'Field with the time of a record’s last change (none: the stream is read whole each time)',
    usual: () => 'none',
    wrong: isWord,
  },
  {
    name: 'datetime-format',
    asks: 'Format of that time (%s: seconds, %ms: milliseconds since 1970)',
    usual: () => '%Y-%m-%dT%H:%M:%SZ',
    wrong: (answer) => (answer.includes('%') ? undefined : 'Write it with %, like %Y-%m-%d.'),
    when: incremental,
  },
  {
    name: 'since-param',
    asks: 'Parameter that asks for what changed since a time (none: what is old is left out here)',
    usual: () => 'updated_since',
    wrong: isWord,
    when: incremental,
  },
];
