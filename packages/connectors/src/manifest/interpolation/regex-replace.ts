import { findMatches } from './linear-regex.ts';
import type { RegexMatch } from './linear-regex.ts';
import type { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';

const REFERENCE = /\\(?:g<(\w+)>|(\d{1,2})|([^]))/g;
const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\' };

/** Python's `re.sub`: every match gives way to `replacement`, in which `\1` and `\g<name>` are its groups. */
export function regexReplace(run: Run, text: string, pattern: string, replacement: string): string {
  let made = '';
  let at = 0;
  for (const match of findMatches(run, pattern, text, Number.POSITIVE_INFINITY)) {
    const put = expand(match, replacement);
    run.makeText(match.start - at + put.length);
    made += text.slice(at, match.start) + put;
    run.checkText(made.length);
    at = match.end;
  }
  return made + text.slice(at);
}

function expand(match: RegexMatch, replacement: string): string {
  if (!replacement.includes('\\')) return replacement;
  return replacement.replaceAll(REFERENCE, (whole, name?: string, digits?: string, other?: string) => {
    if (other !== undefined) return SIMPLE[other] ?? whole;
    const wanted = name ?? digits ?? '';
    const index = /^\d+$/.test(wanted) ? Number(wanted) : match.names[wanted];
    if (index === undefined || index >= match.groups.length) {
      throw new TemplateFault('value', 'a replacement names a group that the regular expression does not have');
    }
    return match.groups[index] ?? '';
  });
}
