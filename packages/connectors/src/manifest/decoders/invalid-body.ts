import { ConnectorError } from '../../kit/connector-error.ts';
import { snippet } from '../../kit/redact-text.ts';

/** Who reads a body, for messages about it. */
export interface BodyOrigin {
  /** The component's type, for example `CsvDecoder`. */
  readonly part: string;
  readonly stream: string;
  /** Takes the secrets of the configuration out of a text. */
  shown(text: string): string;
}

/** The error about a body that is not what it should be; `body` is its beginning, and is shown without secrets. */
export function invalidBody(origin: BodyOrigin, what: string, body?: string): ConnectorError {
  const shown = body === undefined ? '' : snippet(origin.shown(body.slice(0, 2_000)));
  const begins = shown === '' ? '' : `; it begins with: ${shown}`;
  return new ConnectorError(
    'invalid_answer',
    `Stream "${origin.stream}": the answer is not what ${origin.part} reads: ${what}${begins}`,
  );
}
