import { addDuration, parseDuration } from '../datetime/duration.ts';
import type { Build } from '../model/build.ts';

/** A token that the login of a source gives, for as long as it is good; asked for once, however many requests wait for it. */
export class SessionToken {
  readonly #login: () => Promise<string>;
  readonly #build: Build;
  readonly #duration: string | undefined;
  #token = '';
  #goodUntil = 0;
  #coming: Promise<string> | undefined;

  /** @param duration ISO 8601; absent: every request logs in anew. */
  constructor(login: () => Promise<string>, build: Build, duration: string | undefined) {
    this.#login = login;
    this.#build = build;
    this.#duration = duration;
  }

  async current(): Promise<string> {
    if (this.#build.ctx.clock.now() < this.#goodUntil) return this.#token;
    this.#coming ??= this.#loginOnce().finally(() => (this.#coming = undefined));
    return await this.#coming;
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
