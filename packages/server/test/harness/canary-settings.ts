import { aliases, catalog } from '@tributary/connectors/catalog';
import type { Connector } from '@tributary/connectors/kit/connector';
import { z } from 'zod';

/** A connector with settings of which every secret is a canary. */
export interface CanarySettings {
  readonly shortName: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly credentials: Readonly<Record<string, unknown>>;
  /** Reads nothing but `upstream`, or nothing at all; others must not be asked by a test. */
  readonly stays: boolean;
}

/** Values that a schema takes, by the name of the field; a new field that is required and not here needs its line. */
function plausible(upstream: { readonly host: string; readonly port: number }): Readonly<Record<string, unknown>> {
  const url = `http://${upstream.host}:${upstream.port}`;
  return {
    host: upstream.host,
    port: upstream.port,
    tls: 'none',
    sslmode: 'disable',
    ssl_mode: 'disabled',
    database: 'app',
    path: '/nowhere',
    bucket: 'bucket',
    endpoint: url,
    base_url: url,
    urls: [url],
    start_urls: [url],
    repositories: ['acme/app'],
    username: 'me',
    access_key_id: 'AKIAEXAMPLE',
  };
}

function fill(fields: z.ZodObject, canary: () => string, known: Readonly<Record<string, unknown>>) {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields.shape)) {
    if (!(field instanceof z.ZodType)) continue;
    if (field.meta()?.['secret'] === true) values[name] = canary();
    else if (name in known && field.safeParse(known[name]).success) values[name] = known[name];
    else if (!field.safeParse(undefined).success) values[name] = `plain-${name}`;
    // The test sources take any text as their key.
    else if (name.endsWith('_key')) values[name] = canary();
  }
  return values;
}

/**
 * Every connector of the catalogue, once for each way to type credentials in, with a fresh canary in every secret field of its
 * credentials and its configuration. Whatever they ask is asked of `upstream`.
 */
export async function listCanarySettings(
  upstream: { readonly host: string; readonly port: number },
  canary: () => string,
): Promise<readonly CanarySettings[]> {
  const known = plausible(upstream);
  const all: CanarySettings[] = [];
  for (const load of Object.values(catalog)) {
    const connector: Connector = await load();
    for (const scheme of connector.auth) {
      if (scheme.type !== 'direct' && scheme.type !== 'granted') continue;
      const config = fill(connector.config, canary, known);
      const asksUpstream = JSON.stringify(config).includes(upstream.host);
      const stays = scheme.type === 'direct' && (asksUpstream || connector.internal === true || 'path' in config);
      all.push({ shortName: connector.id, config, credentials: fill(scheme.fields, canary, known), stays });
    }
  }
  return [
    ...all,
    ...all.filter(({ shortName }) => shortName === 'postgres').map((one) => ({ ...one, shortName: spelling })),
  ];
}

const spelling = Object.keys(aliases).find((name) => aliases[name] === 'postgres') ?? 'postgres';

/** A text as it may be hidden in another one: as it is, in hexadecimal, in base64 at any place, and as a URL spells it. */
export function spellingsOf(text: string): readonly string[] {
  const base64 = [0, 1, 2].map((before) => {
    const whole = Buffer.from('x'.repeat(before) + text)
      .toString('base64')
      .replace(/=+$/, '');
    // The first and last characters depend on what stands around it.
    return whole.slice(before === 0 ? 0 : before + 1, -2);
  });
  return [...new Set([text, Buffer.from(text).toString('hex'), encodeURIComponent(text), ...base64])];
}
