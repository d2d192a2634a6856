import { addDuration, parseDuration } from '../datetime/duration.ts';
import type { Build } from '../model/build.ts';
import { Replacements } from './replacements.ts';

/** A token that the login of a source gives, for as long as it is good; asked for once, however many requests wait for it. */
export class SessionToken {
  readonly #login: () => Promise<string>;
  readonly #build: Build;
  readonly #duration: string | undefined;
  #token = '';
  #goodUntil = 0;
  #coming: Promise<string> | undefined;
  readonly #replacements: Replacements;

  /** @param duration ISO 8601; absent: every request logs in anew. */
  constructor(login: () => Promise<string>, build: Build, duration: string | undefined) {
    this.#login = login;
    this.#build = build;
    this.#duration = duration;
    this.#replacements = new Replacements(build.ctx.clock);
  }

  async current(): Promise<string> {
    if (this.#build.ctx.clock.now() < this.#goodUntil) return this.#token;
    this.#coming ??= this.#loginOnce().finally(() => (this.#coming = undefined));
    return await this.#coming;
  }

  /** Logs in anew after the source has refused `token`; `false` when it has just done so. Throws `ConnectorError`. */
  async replace(token: string): Promise<boolean> {
    // A request without a duration has logged in for itself.
    if (this.#duration === undefined) return false;
    if (this.#token !== token) return true;
    if (this.#coming === undefined && !this.#replacements.mayHelp()) return false;
    this.#goodUntil = 0;
    await this.current();
    return true;
  }

  async #loginOnce(): Promise<string> {
    const now = this.#build.ctx.clock.now();
    this.#token = await this.#login();
    if (this.#duration !== undefined) {
      const end = addDuration({ micros: now * 1000, offsetMinutes: 0 }, parseDuration(this.#duration));
      this.#goodUntil = end.micros / 1000;
    }
    return this.#token;
  }
}
