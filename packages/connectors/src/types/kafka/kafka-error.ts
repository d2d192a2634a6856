import { ConnectorError, type ConnectorErrorReason } from '../../kit/connector-error.ts';

type Verdict = readonly [reason: ConnectorErrorReason, advice: string];

/** The names of the errors of the protocol (https://kafka.apache.org/protocol#protocol_error_codes) that people can mend. */
const byId: Readonly<Record<string, Verdict>> = {
  SASL_AUTHENTICATION_FAILED: ['credential', 'Check user and password in sasl.jaas.config.'],
  UNSUPPORTED_SASL_MECHANISM: ['configuration', 'Check sasl.mechanism.'],
  ILLEGAL_SASL_STATE: ['configuration', 'Check security.protocol.'],
  TOPIC_AUTHORIZATION_FAILED: ['configuration', 'Allow the user the topic (Describe, and Write or Read).'],
  CLUSTER_AUTHORIZATION_FAILED: ['configuration', 'Allow the user the cluster.'],
  UNKNOWN_TOPIC_OR_PARTITION: ['configuration', 'Make the topic, or correct its name.'],
  INVALID_TOPIC_EXCEPTION: ['configuration', 'Correct the name of the topic.'],
  MESSAGE_TOO_LARGE: ['configuration', 'Raise max.message.bytes of the topic.'],
  OFFSET_OUT_OF_RANGE: ['cursor_expired', 'The topic does not hold the message any more.'],
};

const TLS_FAULT = /CERT|SIGNED|ISSUER|ALTNAME|ERR_SSL|ERR_TLS|EPROTO/;

/** All errors below one, however they are nested. */
function* within(error: unknown, depth = 0): Generator<Error> {
  if (!(error instanceof Error) || depth > 8) return;
  yield error;
  if (error instanceof AggregateError) for (const one of error.errors) yield* within(one, depth + 1);
  yield* within(error.cause, depth + 1);
}

const wordOf = (error: Error, name: 'apiId' | 'code'): string => {
  const value: unknown = (error as unknown as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : '';
};

/** Turns what the client, TLS or a socket threw into words that say what to change. `doing` begins the message. */
export function toConnectorError(error: unknown, doing: string): ConnectorError {
  const all = [...within(error)];
  const ours = all.find((one) => one instanceof ConnectorError);
  if (ours) return ours;
  const api = all.map((one) => wordOf(one, 'apiId')).find((id) => id in byId);
  const [reason, advice] = byId[api ?? ''] ?? [];
  if (reason !== undefined) return new ConnectorError(reason, `${doing}: ${api}. ${advice}`, { cause: error });
  if (all.some((one) => wordOf(one, 'code') === 'PLT_KFK_AUTHENTICATION'))
    return new ConnectorError(
      'credential',
      `${doing}: the login was refused. Check user and password in sasl.jaas.config.`,
      { cause: error },
    );
  const tls = all.map((one) => wordOf(one, 'code')).find((code) => TLS_FAULT.test(code));
  if (tls !== undefined)
    return new ConnectorError(
      'configuration',
      `${doing}: TLS fails (${tls}). Check enableSecure, the host's name, trustStoreName, keyStoreName and the TLS versions.`,
      { cause: error },
    );
  const said = all.at(-1)?.message ?? 'unknown';
  return new ConnectorError(
    'unavailable',
    `${doing}: ${said}. Check bootstrap.servers, and whether brokers speak TLS.`,
    { cause: error },
  );
}
