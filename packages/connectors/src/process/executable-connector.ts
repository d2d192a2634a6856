import { z } from 'zod';
import { type AuthScheme, direct, none } from '../kit/auth.ts';
import { ConnectorError } from '../kit/connector-error.ts';
import type { Connector, Stream } from '../kit/connector.ts';
import type { ConnectorContext } from '../kit/context.ts';
import type { JsonObject } from '../kit/json.ts';
import { asObject } from '../manifest/configuration/as-object.ts';
import { tokensInSettings } from '../manifest/configuration/handed-settings.ts';
import { loginSettings } from '../manifest/specification/login-settings.ts';
import type { SpecifiedLogin } from '../manifest/specification/oauth-of-specification.ts';
import { secretNames, settingsFields } from '../manifest/specification/settings-fields.ts';
import { type SignIn, signInOf } from '../manifest/specification/sign-in.ts';
import { askProgram } from './ask-program.ts';
import type { ExecutableDeclaration } from './executable-declaration.ts';
import { executableFeed } from './executable-feed.ts';
import { executableStream } from './executable-stream.ts';
import { openSession } from './open-session.ts';
import type { ExecutableOptions, ProgramSession } from './program-session.ts';
import { programStreams } from './program-stream.ts';
import { redactText } from '../kit/redact-text.ts';

/** Each run is a process of its own with a copy of everything; side by side, they would also renew the same token twice. */
const CONCURRENCY = 1;

/** Nobody but the program itself asks the source. */
const REQUESTS_PER_MINUTE = 60_000;

/**
 * A connector of the kit from an executable that speaks the Airbyte protocol over its standard output
 * (https://docs.airbyte.com/platform/understanding-airbyte/airbyte-protocol). `specification` is the payload of its SPEC
 * message, as `executableSpecification` gives it. The engine reads stream by stream, so each read is a process of its own with a
 * catalogue of one stream: a stream that fails leaves the others alone, and each has its own place. Only a source that keeps
 * one state for all streams is asked for all of them at once.
 */
export function executableConnector(
  declaration: ExecutableDeclaration,
  specification: JsonObject,
  options: ExecutableOptions = {},
): Connector {
  const { id, title } = declaration;
  const settings = asObject(specification['connectionSpecification']) ?? {};
  const { login, warnings } = signInOfProgram(declaration, specification);
  const open = (ctx: ConnectorContext): ProgramSession => openSession({ declaration, settings, login, options, ctx });
  const words = `Reads ${title} by an executable of the operator's that speaks the Airbyte protocol.`;
  return {
    id,
    title,
    description: [words, ...warnings].join(' '),
    labels: ['Executable'],
    ...settingsOf(settings, login),
    endpoint: [],
    limits: { requestsPerMinute: REQUESTS_PER_MINUTE, concurrency: CONCURRENCY },
    touches: 'executables',
    entityTypes: [],
    specified: {
      specification,
      split: (given) => splitSettings(settings, given),
      ...(login && { tokensOf: (given: JsonObject) => tokensInSettings(login, given) }),
    },
    check: (ctx) => check(open(ctx), title),
    discover: (ctx) => discover(open(ctx), ctx),
  };
}

/** A program renews its tokens by itself, or as its specification says. */
const NO_RENEWAL = { rotates: false, names: {} };

/** The sign-in of a program's specification; a program renews tokens by itself, and tells so by `CONTROL`. */
function signInOfProgram({ id, title }: ExecutableDeclaration, specification: JsonObject): SignIn {
  const spec = {
    connection_specification: specification['connectionSpecification'] ?? {},
    ...(specification['advanced_auth'] != null && { advanced_auth: specification['advanced_auth'] }),
    ...(specification['documentationUrl'] != null && { documentation_url: specification['documentationUrl'] }),
  };
  return signInOf({ id, title, spec, renewal: NO_RENEWAL });
}

function settingsOf(settings: JsonObject, login: SpecifiedLogin | undefined): Pick<Connector, 'auth' | 'config'> {
  const { config, credentials } = settingsFields(settings);
  const typed: AuthScheme = Object.keys(credentials).length > 0 ? direct(z.object(credentials)) : none;
  const auth = login ? [{ ...login.scheme, handsOver: true }, typed] : [typed];
  return { auth, config: z.looseObject(login ? loginSettings(settings, login) : config) };
}

function splitSettings(settings: JsonObject, given: JsonObject) {
  const secret = secretNames(settings);
  const parts = Map.groupBy(Object.entries(given), ([name]) => secret.has(name));
  const of = (isSecret: boolean): JsonObject => Object.fromEntries(parts.get(isSecret) ?? []);
  return { config: of(false), credentials: of(true) };
}

async function check(session: ProgramSession, title: string): Promise<{ readonly account: string }> {
  const { succeeded, message } = await askProgram(session, 'check');
  const words = redactText(message.slice(0, 2_000), session.config().secrets)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 600);
  if (succeeded) return { account: words === '' ? title : words };
  throw new ConnectorError('configuration', words === '' ? 'The executable refuses these settings.' : words);
}

async function discover(session: ProgramSession, ctx: ConnectorContext): Promise<readonly Stream[]> {
  const { streams: given } = await askProgram(session, 'discover');
  const { cursorField, streamsAlone } = ctx.options;
  const streams = programStreams(given, { cursorField, log: ctx.log });
  const alone = streamsAlone === true;
  if (session.declaration.state === 'stream' || alone)
    return streams.map((stream) => executableStream(session, stream, { alone }));
  const byKind = Map.groupBy(streams, ({ incremental }) => incremental);
  return [
    ...executableFeed(session, byKind.get(true) ?? []),
    ...(byKind.get(false) ?? []).map((stream) => executableStream(session, stream, { alone: true })),
  ];
}
