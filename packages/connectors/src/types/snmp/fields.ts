import { z } from 'zod';
import type { ConditionIssue, TypeContext } from '../../kit/connection-type.ts';
import { hasPlaceholder } from '../../kit/placeholders.ts';
import {
  choice,
  flag,
  integer,
  list,
  map,
  optionalChoice,
  optionalText,
  requiredChoice,
  requiredText,
  secretText,
} from '../../kit/type-fields.ts';
import { parseTarget } from './target.ts';

const PRIVACY = [
  'PrivAES128',
  'PrivAES192',
  'PrivAES192with3DES',
  'PrivAES256',
  'PrivAES256with3DES',
  'PrivDES',
  'Priv3DES',
] as const;
const AUTHENTICATION = [
  'AuthMD5',
  'AuthSHA',
  'AuthHMAC128SHA224',
  'AuthHMAC192SHA256',
  'AuthHMAC256SHA384',
  'AuthHMAC384SHA512',
] as const;

const V3 = 'SNMPv3 only.';

/** Fields as Apinizer documents the connection type `snmp`; where it names no default, this chooses one. */
export const Fields = z.object({
  version: requiredChoice(['V1', 'V2c', 'V3'], { title: 'Version' }),
  connectionString: requiredText({
    title: 'Address',
    description: 'As in `udp:192.168.1.2/162`: protocol, host and port.',
  }),
  securityOrCommunityName: requiredText({
    title: 'Community',
    description: 'Or the name of the user in SNMPv3, when `securityName` is not given.',
    max: 255,
  }),
  retryCount: integer({ title: 'Retries', description: 'Of an inform.', default: 1, min: 0, max: 20 }),
  timeout: integer({
    title: 'Timeout',
    description: 'Milliseconds for each try of an inform.',
    default: 5_000,
    min: 1,
    max: 300_000,
  }),
  messageType: choice(['TRAP', 'INFORM'], {
    title: 'Message',
    description: 'An inform is acknowledged by its receiver, a trap is not. SNMPv1 has traps only.',
    default: 'TRAP',
  }),
  pduOidForMessage: requiredText({
    title: 'OID of the message',
    description: 'Names the trap, and the variable that holds the words.',
  }),
  pduOidForTime: optionalText({ title: 'OID of the time', description: 'Its variable holds the time as ISO 8601.' }),
  pduVariableMap: map(z.string().max(4_000), {
    title: 'Further variables',
    description:
      'OIDs and what their variables hold: `id`, `kind`, `severity`, `title`, `text`, `time` or `facts` of the notification, or any other text as it is.',
  }),
  securityLevel: choice(['NOAUTH_NOPRIV', 'AUTH_NOPRIV', 'AUTH_PRIV'], {
    title: 'Security level',
    description: V3,
    default: 'NOAUTH_NOPRIV',
  }),
  privacyProtocolList: list(requiredChoice(PRIVACY, { title: 'Privacy protocol' }), {
    title: 'Privacy protocols',
    description: `${V3} The first one counts when \`usmUserPrivacyProtocol\` is not given.`,
  }),
  enableUserAuthentication: flag({
    title: 'Authenticate the user',
    description: `${V3} Raises the level NOAUTH_NOPRIV to AUTH_NOPRIV.`,
    default: false,
  }),
  securityName: optionalText({ title: 'User', description: V3 }),
  usmUserAuthenticationProtocol: optionalChoice(AUTHENTICATION, {
    title: 'Authentication protocol',
    description: `${V3} Required unless the level is NOAUTH_NOPRIV.`,
  }),
  authPassphrase: secretText({
    title: 'Authentication passphrase',
    description: `${V3} Required unless the level is NOAUTH_NOPRIV; 8 characters or more.`,
    min: 8,
  }),
  usmUserPrivacyProtocol: optionalChoice(PRIVACY, {
    title: 'Privacy protocol',
    description: `${V3} Required when the level is AUTH_PRIV.`,
  }),
  privPassphrase: secretText({
    title: 'Privacy passphrase',
    description: `${V3} Required when the level is AUTH_PRIV; 8 characters or more.`,
    min: 8,
  }),
});

export type Settings = z.output<typeof Fields>;
export type SnmpContext = TypeContext<Settings>;

/** The level that counts. */
export function levelOf({ securityLevel, enableUserAuthentication }: Settings): Settings['securityLevel'] {
  return securityLevel === 'NOAUTH_NOPRIV' && enableUserAuthentication === true ? 'AUTH_NOPRIV' : securityLevel;
}

export const privacyOf = ({ usmUserPrivacyProtocol, privacyProtocolList }: Settings): (typeof PRIVACY)[number] | null =>
  usmUserPrivacyProtocol ?? privacyProtocolList[0] ?? null;

const isOid = (text: string): boolean => hasPlaceholder(text) || /^\.?[0-2](\.\d{1,10}){1,126}$/.test(text);

function* userIssues(settings: Settings): Generator<ConditionIssue> {
  const level = levelOf(settings);
  const needed = (field: string, title: string): ConditionIssue => ({
    path: [field],
    message: `${title} is required for the security level ${level}.`,
  });
  if (level === 'AUTH_NOPRIV' || level === 'AUTH_PRIV') {
    if (settings.usmUserAuthenticationProtocol === null)
      yield needed('usmUserAuthenticationProtocol', 'Authentication protocol');
    if (settings.authPassphrase === null) yield needed('authPassphrase', 'Authentication passphrase');
  }
  if (level === 'AUTH_PRIV') {
    if (privacyOf(settings) === null) yield needed('usmUserPrivacyProtocol', 'Privacy protocol');
    if (settings.privPassphrase === null) yield needed('privPassphrase', 'Privacy passphrase');
  }
}

function* issues(settings: Settings): Generator<ConditionIssue> {
  const { version, connectionString, messageType, pduOidForMessage, pduOidForTime, pduVariableMap } = settings;
  if (!hasPlaceholder(connectionString) && parseTarget(connectionString) === undefined)
    yield { path: ['connectionString'], message: 'Address: give it like udp:192.168.1.2/162.' };
  if (version === 'V1' && messageType === 'INFORM')
    yield { path: ['messageType'], message: 'Message: give TRAP, since SNMPv1 has no informs.' };
  if (!isOid(pduOidForMessage))
    yield { path: ['pduOidForMessage'], message: 'OID of the message: give numbers with dots between them.' };
  if (pduOidForTime !== null && !isOid(pduOidForTime))
    yield { path: ['pduOidForTime'], message: 'OID of the time: give numbers with dots between them.' };
  for (const oid of Object.keys(pduVariableMap))
    if (!isOid(oid))
      yield { path: ['pduVariableMap', oid], message: 'Further variables: give OIDs, numbers with dots between them.' };
  if (version === 'V3') yield* userIssues(settings);
}

export const conditions = (settings: Settings): readonly ConditionIssue[] => [...issues(settings)];
