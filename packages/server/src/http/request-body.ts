import type { FastifyInstance, FastifyRequest } from 'fastify';
import { errors } from '../errors.ts';

/** Bytes of the largest body that is read: contracts of all dialects name 10 MB. */
export const bodyLimitBytes = 10 * 1_048_576;

/** How deep arrays and objects may nest: deeper bodies are attacks on whatever walks them recursively. */
const depthLimit = 64;

const codes = {
  quote: 0x22,
  backslash: 0x5c,
  openBracket: 0x5b,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
};

/** Whether brackets nest deeper than `limit`; looks at bytes only, so that nothing is built before the answer is known. */
export function nestsDeeperThan(json: Uint8Array, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (inString) {
      if (byte === codes.backslash) at += 1;
      else if (byte === codes.quote) inString = false;
    } else if (byte === codes.quote) inString = true;
    else if (byte === codes.openBracket || byte === codes.openBrace) {
      depth += 1;
      if (depth > limit) return true;
    } else if (byte === codes.closeBracket || byte === codes.closeBrace) depth -= 1;
  }
  return false;
}

/**
 * Reads a body: nothing from an empty one whatever its type says, an object of strings from a form, else JSON.
 * JSON that a client sends as a form (as `curl -d` does unasked) is taken as JSON.
 * @throws malformed_body, unsupported_media_type
 */
export function readBody(bytes: Buffer, contentType: string | undefined): unknown {
  if (bytes.length === 0) return undefined;
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? 'application/json';
  const looksLikeJson = /^\s*[{[]/.test(bytes.toString('latin1', 0, 64));
  if (type === 'application/x-www-form-urlencoded' && !looksLikeJson) {
    return Object.fromEntries(new URLSearchParams(bytes.toString('utf8')));
  }
  if (!/^application\/(json|x-www-form-urlencoded|[\w.+-]+\+json)$/.test(type)) {
    throw errors.unsupported_media_type({ contentType: type.slice(0, 100) });
  }
  if (nestsDeeperThan(bytes, depthLimit)) {
    throw errors.malformed_body({ reason: `it nests deeper than ${depthLimit} levels` });
  }
  return parseJson(bytes.toString('utf8'));
}

function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw errors.malformed_body({ reason: describeSyntaxError(error as SyntaxError) });
  }
  // Copying code that assigns keys one by one would change a prototype with this one.
  if (/"(?:_|\\u005f){2}proto(?:_|\\u005f){2}"\s*:/i.test(text)) {
    throw errors.malformed_body({ reason: 'a key named __proto__ is not taken' });
  }
  return value;
}

/** V8 quotes a part of the text, which may hold a secret: only the kind of error and its position are told. */
function describeSyntaxError(error: SyntaxError): string {
  const position = /at position (\d+)/.exec(error.message)?.[1];
  return position === undefined ? 'unexpected end or character' : `unexpected character at position ${position}`;
}

/** Makes an instance read every body with `readBody`. */
export function readBodiesOf(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: bodyLimitBytes },
    (request: FastifyRequest, bytes, done) => {
      try {
        done(null, readBody(bytes as Buffer, request.headers['content-type']));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  // Fastify refuses a malformed content-type before any parser runs, also where there is no body.
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw;
    const empty = (headers['content-length'] ?? '0') === '0' && headers['transfer-encoding'] === undefined;
    if (empty) delete headers['content-type'];
    done();
  });
}
