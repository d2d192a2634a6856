import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json, JsonObject } from '../../kit/json.ts';
import { putAt } from '../configuration/config-path.ts';
import type { MutableConfig } from '../configuration/config-path.ts';
import { parseDatetime } from '../datetime/parse-datetime.ts';
import { pythonText } from '../interpolation/python-text.ts';
import type { Build } from '../model/build.ts';
import { isJsonObject } from '../model/is-json-object.ts';
import type { OAuthSettings } from './oauth-settings.ts';
import { Replacements } from './replacements.ts';

/** Asks the token endpoint; gives the body of its good answer. Throws `ConnectorError`. */
export type AskForToken = (refreshToken: string | undefined) => Promise<JsonObject>;

/** A token is renewed that much before its end, or a tenth of its life before when that is shorter. */
const EARLY_MS = 30_000;
const USUAL_LIFE_MS = 3_600_000;
const DEEPEST = 5;

/**
 * The access token of an OAuth client, which is renewed when it has expired; once, however many requests wait for it. New tokens
 * go into the configuration where the manifest says so, and are kept before they are used: an old refresh token may be good
 * no more.
 */
export class OAuthToken {
  readonly #settings: OAuthSettings;
  readonly #build: Build;
  readonly #ask: AskForToken;
  #accessToken: string | undefined;
  #refreshToken: string | undefined;
  /** Milliseconds since the epoch. */
  #renewAt: number;
  #renewal: Promise<void> | undefined;
  readonly #replacements: Replacements;

  constructor(settings: OAuthSettings, build: Build, ask: AskForToken) {
    this.#settings = settings;
    this.#build = build;
    this.#ask = ask;
    this.#replacements = new Replacements(build.ctx.clock);
    this.#accessToken = settings.accessToken;
    this.#refreshToken = settings.refreshToken;
    // Without a date nobody knows how long a given token is good, and a new one is asked for.
    this.#renewAt = settings.expiry === undefined ? 0 : timeOf(settings.expiry, settings.expiryFormat) - EARLY_MS;
  }

  async current(): Promise<string> {
    const isOnly = this.#settings.endpoint === undefined;
    const isGood = this.#accessToken !== undefined && (isOnly || this.#build.ctx.clock.now() < this.#renewAt);
    if (!isGood) await this.renew();
    return this.#accessToken ?? '';
  }

  /** Gets a new token although the old one seems good. Throws `ConnectorError`. */
  async renew(): Promise<void> {
    this.#renewal ??= this.#renewOnce().finally(() => (this.#renewal = undefined));
    await this.#renewal;
  }

  /** Gets a newer token after the source has refused `token`; `false` when there is none. Throws `ConnectorError`. */
  async replace(token: string): Promise<boolean> {
    if (this.#accessToken !== token) return true;
    if (this.#settings.endpoint === undefined) return false;
    if (this.#renewal === undefined && !this.#replacements.mayHelp()) return false;
    await this.renew();
    return true;
  }

  async #renewOnce(): Promise<void> {
    const { accessTokenName, expiresInName, places } = this.#settings;
    const answer = await this.#ask(this.#refreshToken);
    const token = found(answer, accessTokenName);
    if (typeof token !== 'string' || token === '') {
      throw new ConnectorError(
        'invalid_answer',
        `OAuthAuthenticator: the token endpoint's answer has no "${accessTokenName}".`,
      );
    }
    const now = this.#build.ctx.clock.now();
    const expiry = this.#expiryOf(found(answer, expiresInName), now);
    if (places) {
      const refreshToken = found(answer, places.refreshTokenName);
      if (typeof refreshToken === 'string' && refreshToken !== '') this.#refreshToken = refreshToken;
      await this.#keep(token, expiry);
    }
    this.#accessToken = token;
    this.#renewAt = expiry - Math.min(EARLY_MS, Math.max(0, expiry - now) / 10);
  }

  #expiryOf(said: Json | undefined, now: number): number {
    const { expiryFormat } = this.#settings;
    if (said === undefined || said === null || said === '') return now + USUAL_LIFE_MS;
    if (expiryFormat !== undefined) return timeOf(pythonText(said), expiryFormat);
    const seconds = Number(said);
    if (!Number.isNaN(seconds)) return now + Math.trunc(seconds) * 1000;
    throw new ConnectorError(
      'invalid_answer',
      'OAuthAuthenticator: the life of a new token is no number of seconds; set `token_expiry_date_format`.',
    );
  }

  async #keep(accessToken: string, expiry: number): Promise<void> {
    const { places } = this.#settings;
    if (!places) return;
    const config = structuredClone(this.#build.config) as MutableConfig;
    putAt(config, places.accessToken, accessToken);
    if (this.#refreshToken !== undefined) putAt(config, places.refreshToken, this.#refreshToken);
    putAt(config, places.expiry, new Date(expiry).toISOString());
    await this.#build.configChanged(config);
  }
}

/** Seconds since the epoch, or a date in the given or the usual format, as milliseconds since the epoch. */
function timeOf(text: string, format: string | undefined): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const parsed = Date.parse(text.includes('T') ? text : text.replace(' ', 'T'));
  if (!Number.isNaN(parsed)) return parsed;
  if (format !== undefined) return parseDatetime(text, format).micros / 1000;
  throw new ConnectorError('configuration', 'OAuthAuthenticator: `token_expiry_date` is no date; check the settings.');
}

/** The first member of that name, from the top of an answer down to where nobody would put a token. */
function found(value: Json | undefined, name: string, depth = 0): Json | undefined {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return undefined;
  if (isJsonObject(value) && value[name] !== undefined) return value[name];
  for (const inner of Object.values(value)) {
    const result = found(inner as Json, name, depth + 1);
    if (result !== undefined && result !== null) return result;
  }
  return undefined;
}
