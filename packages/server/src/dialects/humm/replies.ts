import { Reply } from '../../http/route.ts';
import type { Changed } from '../../integration-sources/model.ts';
import { presentSource } from './present-source.ts';

/** Text of any script as a header may carry it. */
export const inHeader = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[^\u0020-\u007e]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** The resource, with warnings, if any, as JSON in a header: the body is what the document says and no more. */
export function changedReply({ source, warnings }: Changed, status: number): Reply<object> {
  return new Reply(presentSource(source), {
    status,
    headers: warnings.length > 0 ? { 'x-warnings': inHeader(warnings) } : {},
  });
}
