import type * as NetSnmp from 'net-snmp';
import type { Session, User } from 'net-snmp';
import { ConnectorError } from '../../kit/connector-error.ts';
import { levelOf, privacyOf } from './fields.ts';
import type { Settings, SnmpContext } from './fields.ts';
import { parseTarget } from './target.ts';
import type { SnmpTarget } from './target.ts';

type Library = typeof NetSnmp;

/** Loaded with the first connection: listing and configuring types needs no client. */
export async function library(): Promise<Library> {
  return ((await import('net-snmp')) as unknown as { readonly default: Library }).default;
}

const AUTHENTICATION = {
  AuthMD5: 'md5',
  AuthSHA: 'sha',
  AuthHMAC128SHA224: 'sha224',
  AuthHMAC192SHA256: 'sha256',
  AuthHMAC256SHA384: 'sha384',
  AuthHMAC384SHA512: 'sha512',
} as const;

/** How the client names them; keys of 256 bits are made longer as Blumenthal's or as Reeder's draft has it. */
const PRIVACY = { PrivAES128: 'aes', PrivAES256: 'aes256b', PrivAES256with3DES: 'aes256r' } as const;

/** Who sends traps of SNMPv3, for the receivers' lists of users: the form "text" of RFC 3411, section 5, with the word tributary. */
export const ENGINE_ID = `80007ed904${Buffer.from('tributary').toString('hex')}`;

export function targetOf({ connectionString }: Settings): SnmpTarget {
  const target = parseTarget(connectionString);
  if (target) return target;
  throw new ConnectorError('configuration', 'connectionString does not fit. Give it like udp:192.168.1.2/162.');
}

/** Throws `ConnectorError('configuration')` when the client cannot speak as the settings want. */
export function checkUser(settings: Settings): void {
  const privacy = privacyOf(settings);
  if (settings.version !== 'V3' || levelOf(settings) !== 'AUTH_PRIV' || privacy === null || privacy in PRIVACY) return;
  const known = Object.keys(PRIVACY).join(', ');
  const words = `${privacy} is not there: DES is switched off in OpenSSL 3, and AES192 is no standard. Use one of ${known}.`;
  throw new ConnectorError('configuration', words);
}

function userOf({ SecurityLevel, AuthProtocols, PrivProtocols }: Library, settings: Settings): User {
  const { securityName, securityOrCommunityName, usmUserAuthenticationProtocol, authPassphrase, privPassphrase } =
    settings;
  const level = levelOf(settings);
  const privacy = privacyOf(settings);
  const user = { name: securityName ?? securityOrCommunityName };
  if (level === 'NOAUTH_NOPRIV' || usmUserAuthenticationProtocol === null || authPassphrase === null)
    return { ...user, level: SecurityLevel.noAuthNoPriv };
  const authenticated = {
    ...user,
    authProtocol: AuthProtocols[AUTHENTICATION[usmUserAuthenticationProtocol]],
    authKey: authPassphrase.reveal(),
  };
  if (level === 'AUTH_NOPRIV' || privacy === null || privPassphrase === null)
    return { ...authenticated, level: SecurityLevel.authNoPriv };
  const privProtocol = PrivProtocols[PRIVACY[privacy as keyof typeof PRIVACY]];
  return { ...authenticated, level: SecurityLevel.authPriv, privProtocol, privKey: privPassphrase.reveal() };
}

/** A session with the first checked address; its socket is open until it is closed. Throws `ConnectorError`. */
export async function openSession({ settings, resolve }: SnmpContext): Promise<Session> {
  checkUser(settings);
  const { host, port } = targetOf(settings);
  const snmp = await library();
  const [found] = await resolve(host);
  if (!found) throw new ConnectorError('unavailable', `The host ${host} does not resolve. Check connectionString.`);
  const options = {
    engineID: ENGINE_ID,
    trapPort: port,
    transport: found.family === 6 ? ('udp6' as const) : ('udp4' as const),
    retries: settings.retryCount,
    timeout: settings.timeout,
  };
  const session =
    settings.version === 'V3'
      ? snmp.createV3Session(found.address, userOf(snmp, settings), options)
      : snmp.createSession(found.address, settings.securityOrCommunityName, {
          ...options,
          version: settings.version === 'V1' ? snmp.Version1 : snmp.Version2c,
        });
  // Packets that nobody understands; what waits for an answer goes on waiting.
  session.on('error', () => undefined);
  return session;
}
