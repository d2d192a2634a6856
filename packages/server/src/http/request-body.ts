import type { FastifyInstance, FastifyRequest } from 'fastify';
import { errors } from '../errors.ts';

/** Bytes of the largest body that is read: contracts of all dialects name 10 MB. */
export const bodyLimitBytes = 10 * 1_048_576;

export interface StructureLimits {
  /** How deep arrays and objects may nest: deeper bodies are attacks on whatever walks them recursively. */
  readonly depth: number;
  /** Members of objects and arrays in all: 10 MB of tiny ones keep the thread that answers everybody busy for seconds. */
  readonly values: number;
}

const structureLimits: StructureLimits = { depth: 64, values: 50_000 };

const codes = {
  quote: 0x22,
  backslash: 0x5c,
  openBracket: 0x5b,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
  comma: 0x2c,
};

/** In which way JSON is too much to be read; looks at bytes only, so that nothing is built before the answer is known. */
export function structureProblem(json: Uint8Array, limits: StructureLimits): string | undefined {
  let depth = 0;
  let commas = 0;
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at] ?? 0) {
      case codes.quote:
        at = endOfString(json, at);
        break;
      case codes.openBracket:
      case codes.openBrace:
        depth += 1;
        if (depth > limits.depth) return `it nests deeper than ${limits.depth} levels`;
        break;
      case codes.closeBracket:
      case codes.closeBrace:
        depth -= 1;
        break;
      case codes.comma:
        commas += 1;
        if (commas >= limits.values) return `it holds more than ${limits.values} values`;
        break;
    }
  }
  return undefined;
}

/** Where the string that begins at `from` is closed; the end of the text when it is not. */
function endOfString(json: Uint8Array, from: number): number {
  let at = from + 1;
  while (at < json.length && json[at] !== codes.quote) at += json[at] === codes.backslash ? 2 : 1;
  return at;
}

/**
 * Reads a body: nothing from an empty one whatever its type says, an object of strings from a form, else JSON.
 * JSON that a client sends as a form (as `curl -d` does unasked) is taken as JSON, unless the route insists on its name.
 * @throws malformed_body, unsupported_media_type
 */
export function readBody(bytes: Buffer, contentType: string | undefined, bodyType?: 'json' | 'form'): unknown {
  if (bytes.length === 0) return undefined;
  const type = mediaType(contentType, bodyType);
  const looksLikeJson = /^\s*[{[]/.test(bytes.toString('latin1', 0, 64));
  if (type === 'application/x-www-form-urlencoded' && !looksLikeJson) return parseForm(bytes.toString('utf8'));
  if (!/^application\/(json|x-www-form-urlencoded|[\w.+-]+\+json)$/.test(type)) {
    throw errors.unsupported_media_type({ contentType: type.slice(0, 100) });
  }
  const problem = structureProblem(bytes, structureLimits);
  if (problem !== undefined) throw errors.malformed_body({ reason: problem });
  return parseJson(bytes.toString('utf8'));
}

function parseForm(text: string): unknown {
  const { values } = structureLimits;
  if (text.split('&', values + 1).length > values) {
    throw errors.malformed_body({ reason: `it holds more than ${values} values` });
  }
  return Object.fromEntries(new URLSearchParams(text));
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

/** Where a route insists on JSON, a body has to say that it is. */
function mediaType(contentType: string | undefined, bodyType: 'json' | 'form' | undefined): string {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (bodyType === 'json' && (type === undefined || !/^application\/([\w.-]+\+)?json$/.test(type))) {
    throw errors.unsupported_media_type({ contentType: type?.slice(0, 100) ?? null });
  }
  return type ?? 'application/json';
}

function bodyTypeOf(request: FastifyRequest): 'json' | 'form' | undefined {
  return request.routeOptions.config.mounted?.route.bodyType;
}

/** Makes an instance read every body with `readBody`. */
export function readBodiesOf(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: bodyLimitBytes },
    (request: FastifyRequest, bytes, done) => {
      try {
        done(null, readBody(bytes as Buffer, request.headers['content-type'], bodyTypeOf(request)));
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
