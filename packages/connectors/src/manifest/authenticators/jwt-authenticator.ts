import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { interpolatedBoolean, interpolatedNested } from '../interpolation/interpolated.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { TemplateContext } from '../model/template.ts';
import { componentOf } from '../requests/components-of.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import { renderedText } from '../requests/rendered-text.ts';
import { requestOption } from '../requests/request-option.ts';
import type { Authenticator } from './authenticator.ts';
import { signJwt } from './sign-jwt.ts';
import type { JwtHeader } from './sign-jwt.ts';
import { templateContext } from '../interpolation/template-context.ts';

type Ground = Pick<Build, 'config' | 'ctx'>;

const USUAL_DURATION_S = 1200;
const RESERVED_HEADERS = ['kid', 'alg', 'typ', 'cty'];
const RESERVED_CLAIMS = ['iss', 'sub', 'aud', 'iat', 'exp', 'nbf'];

/** Signs a token for every request, as long as one lasts (`JwtAuthenticator`). Throws `ConnectorError('configuration')`. */
export function jwtAuthenticator(definition: Component, build: Build): Authenticator {
  const place = componentOf(definition['request_option']) ?? AUTHORIZATION;
  const option = requestOption({ $parameters: definition.$parameters ?? {}, ...place, type: 'RequestOption' }, build);
  return {
    authenticate() {
      const token = prefixedToken(definition, build);
      return Promise.resolve({ parts: option.add({}, token), secrets: [token] });
    },
  };
}

const AUTHORIZATION: Component = { type: 'RequestOption', inject_into: 'header', field_name: 'Authorization' };

/** The token alone, behind its prefix when the manifest names one. Throws `ConnectorError('configuration')`. */
export function prefixedToken(definition: Component, build: Ground): string {
  const context = templateContext(build, definition);
  const header = jwtHeader(definition, context);
  const payload = jwtPayload(definition, context, build.ctx.clock.now());
  const passphrase = renderedText(definition['passphrase'], context);
  const key = { text: secretKey(definition, context), ...(passphrase !== undefined && { passphrase }) };
  // `typ` is JWT when nothing is said of it, as PyJWT has it.
  const token = signJwt({ typ: 'JWT', ...header }, payload, key);
  const prefix = renderedText(definition['header_prefix'], context);
  return prefix === undefined ? token : `${prefix} ${token}`;
}

/** The header as the manifest has it. */
export function jwtHeader(definition: Component, context: TemplateContext): JwtHeader {
  const { algorithm, additional_jwt_headers: more, jwt_headers: given } = definition;
  return {
    ...rendered('additional_jwt_headers', more, RESERVED_HEADERS, context),
    ...renderedFields(given, ['kid', 'typ', 'cty'], context),
    alg: renderedText(algorithm, context) ?? 'HS256',
  };
}

/** Times are seconds since the epoch. */
export function jwtPayload(definition: Component, context: TemplateContext, now: number): JsonObject {
  const { additional_jwt_payload: more, jwt_payload: given, token_duration: duration } = definition;
  const issuedAt = Math.floor(now / 1000);
  const seconds = Number(duration ?? USUAL_DURATION_S);
  return {
    ...rendered('additional_jwt_payload', more, RESERVED_CLAIMS, context),
    ...renderedFields(given, ['iss', 'sub', 'aud'], context),
    iat: issuedAt,
    exp: issuedAt + (Number.isNaN(seconds) ? USUAL_DURATION_S : seconds),
    nbf: issuedAt,
  };
}

/** The text that signs; in base64 when the API wants that. A key with a passphrase stays what it is. */
export function secretKey(definition: Component, context: TemplateContext): string {
  const text = renderedText(definition['secret_key'], context);
  if (text === undefined) {
    throw new ConnectorError('configuration', 'JwtAuthenticator: the secret key is empty; check the settings.');
  }
  const { base64_encode_secret_key: given, passphrase } = definition;
  const isEncoded =
    (typeof given === 'string' || typeof given === 'boolean') && interpolatedBoolean(given).evaluate(context);
  return isEncoded && passphrase === undefined ? Buffer.from(text, 'utf8').toString('base64') : text;
}

function rendered(
  field: string,
  given: Json | undefined,
  reserved: readonly string[],
  context: TemplateContext,
): JsonObject {
  const fields = isJsonObject(given) ? interpolatedNested(given).evaluate(context) : {};
  if (!isJsonObject(fields)) return {};
  const taken = reserved.find((name) => Object.hasOwn(fields, name));
  if (taken === undefined) return fields;
  throw new ConnectorError(
    'configuration',
    `JwtAuthenticator: "${taken}" has a field of its own and must not stand in \`${field}\`.`,
  );
}

function renderedFields(given: Json | undefined, names: readonly string[], context: TemplateContext): JsonObject {
  if (!isJsonObject(given)) return {};
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = renderedText(given[name], context);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
}
