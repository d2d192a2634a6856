import { ConnectorError, type ConnectorErrorReason } from '../../kit/connector-error.ts';

type Verdict = readonly [reason: ConnectorErrorReason, advice: string];

/** The client's errors by their names; its classes would load the client. */
const byName: Readonly<Record<string, Verdict>> = {
  AuthorizationError: ['credential', 'Check the credentials.'],
  UserAuthenticationExpiredError: ['credential', 'The credentials have expired.'],
  PermissionViolationError: [
    'configuration',
    'Let the user publish to $JS.API.> (at least INFO, STREAM.LIST, STREAM.INFO, CONSUMER.CREATE, CONSUMER.MSG.NEXT) and subscribe to _INBOX.>.',
  ],
  JetStreamNotEnabled: ['configuration', 'JetStream is not enabled on the server.'],
  NoRespondersError: ['configuration', 'Nobody answers for JetStream: it is not enabled, or not for this account.'],
  StreamNotFoundError: ['configuration', 'The stream is gone; choose the streams again.'],
};

/** Codes of the JetStream API (nats-server, `errors.json`). */
const byApiCode: Readonly<Record<number, Verdict>> = {
  10_039: ['configuration', 'JetStream is not enabled for this account.'],
  10_076: ['configuration', 'JetStream is not enabled on the server.'],
  10_059: ['configuration', 'The stream is gone; choose the streams again.'],
};

/** TLS checks that fail because of what was configured, not because of the network. */
const CERTIFICATE_CODE = /CERT|SIGNED|ISSUER|ALTNAME/;

/** Turns whatever the NATS client, TLS or the socket threw into the error that the engine acts on. `doing` begins the message. */
export function toConnectorError(error: unknown, doing: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const said = error instanceof Error ? error.message : 'unknown';
  const [reason, advice] = verdictOf(error) ?? ['unavailable', ''];
  return new ConnectorError(reason, `${doing}: ${said}. ${advice}`.trim(), { cause: error });
}

function verdictOf(error: unknown): Verdict | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const code = 'code' in at ? at.code : undefined;
    if (typeof code === 'string' && CERTIFICATE_CODE.test(code))
      return ['configuration', `The server's certificate is not trusted (${code}). Give its authority as \`ca\`.`];
    if ('status' in at && at.status === 400 && at.name === 'JetStreamApiError')
      return [
        'configuration',
        'The server does not allow to read the stream like this; a work queue, for one, is not read.',
      ];
    const known = (typeof code === 'number' ? byApiCode[code] : undefined) ?? byName[at.name];
    if (known) return known;
  }
  return undefined;
}
