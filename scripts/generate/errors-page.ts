import { readdir, readFile } from 'node:fs/promises';
import { catalogue, type ErrorKind } from '@tributary/server/errors';
import { statusOf } from '@tributary/server/http/problem';

const SOURCE = new URL('../../packages/server/src/', import.meta.url);

const kindWords: Readonly<Record<ErrorKind, string>> = {
  malformed: 'The request cannot be read',
  invalid: 'A field does not fit',
  rejected: 'Well formed, and against the rules',
  unauthenticated: 'Who are you?',
  forbidden: 'Not with this key, or not on this host',
  not_found: 'It is not there',
  not_allowed: 'Not with this method',
  conflict: 'Not in this state',
  stale: 'Changed in the meantime',
  too_large: 'Too large',
  unsupported_type: 'Of a type that is not read',
  rate_limited: 'Too often',
  upstream: 'The source failed',
  unavailable: 'Not now',
  internal: 'Our fault',
};

/** The doc comment above each row of the catalogue: it is the operator's manual of the code. */
async function readComments(): Promise<Map<string, string>> {
  const parts = (await readdir(new URL('errors/', SOURCE))).filter((name) => !name.includes('.test.'));
  const files = ['errors.ts', ...parts.map((name) => `errors/${name}`)];
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, SOURCE), 'utf8')));
  const rows = texts.flatMap((text) => [
    ...text
      .slice(text.search(/^export const \w+ = \{$/m))
      .matchAll(/\/\*\*\s*((?:(?!\*\/)[\s\S])*?)\s*\*\/\s*(\w+): \{/g),
  ]);
  return new Map(rows.map(([, comment = '', code = '']) => [code, comment.replace(/\s*\n\s*\*\s?/g, ' ').trim()]));
}

/** `docs/api/errors.md`; throws when a code has no comment. */
export async function errorsPage(): Promise<string> {
  const comments = await readComments();
  const rows = Object.entries(catalogue).map(([code, { kind }]) => {
    const comment = comments.get(code);
    if (comment === undefined) throw new Error(`${code} has no doc comment`);
    return { code, kind: kind as ErrorKind, comment };
  });
  const sections = Object.entries(kindWords).map(([kind, words]) => {
    const own = rows.filter((row) => row.kind === kind).map(({ code, comment }) => `### \`${code}\`\n\n${comment}\n`);
    return own.length === 0 ? '' : `## ${words} (${statusOf(kind as ErrorKind)})\n\n${own.join('\n')}`;
  });
  return `# Errors

<!-- Made by \`npm run generate\` from packages/server/src/errors.ts and errors/. -->

Every error has a code; it is public API and never changes its meaning. Every answer that tells of one carries it in the
header \`X-Error-Code\`, whatever the path. Paths below \`/tributary/v1\` also say it in the body,
\`{ "error": { "code", "message", "details", "requestId" } }\`. The other paths speak the words of the API that they implement
(\`{ "detail": … }\` for Airweave's), and where that API has another status of its own, it wins. Every answer carries
\`X-Request-Id\`: it finds the line in the log.

${sections.filter((text) => text !== '').join('\n')}`;
}
