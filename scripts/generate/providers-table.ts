import type { OAuth2Provider, OAuthProvider, Rotation } from '@tributary/connectors/kit/oauth-provider';
import { providerCatalog } from '@tributary/connectors/provider-catalog';

const TURNS: Readonly<Record<Rotation, string>> = {
  none: 'none is given',
  stable: 'stays',
  single_use: 'for one use',
  grace: 'old one goes on for a while',
};

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** `7200` as `2 hours`: in the largest unit that leaves no rest. */
function duration(seconds: number): string {
  const [unit, length] = UNITS.find(([, size]) => seconds % size === 0) ?? ['second', 1];
  const count = seconds / length;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function life({ accessTtl }: OAuth2Provider): string {
  if (accessTtl === null) return 'without end';
  return accessTtl === undefined ? 'not said' : duration(accessTtl);
}

function turns({ rotation, refreshIdleTtl }: OAuth2Provider): string {
  return refreshIdleTtl === undefined ? TURNS[rotation] : `${TURNS[rotation]}, ${duration(refreshIdleTtl)} unused`;
}

/** What is sent along so that the provider gives what a sync needs. */
function asked(row: OAuthProvider): string {
  const parameters =
    row.type === 'oauth2' ? { ...row.authorizeParameters, ...row.tokenParameters } : row.authorizeParameters;
  const words = [...row.defaultScopes, ...Object.entries(parameters ?? {}).map(([name, value]) => `${name}=${value}`)];
  return words.map((word) => `\`${word}\``).join(' ');
}

const filled = (row: OAuthProvider): string =>
  row.type === 'oauth1'
    ? ''
    : Object.keys(row.parameters ?? {})
        .map((name) => `\`${name}\``)
        .join(' ');

function line(row: OAuthProvider): string {
  const name = `[${row.title}](${row.docs})`;
  const cells =
    row.type === 'oauth1'
      ? ['OAuth 1.0a', 'without end', 'none is given', 'no']
      : [row.pkce ? 'yes' : 'no', life(row), turns(row), row.revocation ? 'yes' : 'no'];
  return `| ${[name, `\`${row.id}\``, ...cells, filled(row), asked(row)].join(' | ')} |`;
}

/** The providers as a table in Markdown. */
export function providersTable(): string {
  return [
    '| provider | id | PKCE | access token lasts | refresh token | can be revoked | to fill in | asked for always |',
    '|---|---|---|---|---|---|---|---|',
    ...Object.values(providerCatalog).map(line),
  ].join('\n');
}
