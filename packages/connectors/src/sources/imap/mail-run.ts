import { ConnectorError } from '../../kit/connector-error.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Page, RecordFailure } from '../../kit/page.ts';
import type { ImapContext } from './config.ts';
import { type MailCursor, type Place, rulesOf } from './cursor.ts';
import { findChanges } from './find-changes.ts';
import type { MailKind } from './mail-kind.ts';
import { listMailboxes, type Mailbox } from './mailboxes.ts';
import { openMailbox } from './open-mailbox.ts';
import type { Session } from './open-session.ts';
import { dayOf, firstDay } from './window.ts';

const PAGE_KEYS = 1_000;

type MailPageOf<Row> = Page<Row, MailCursor>;
type Pass = NonNullable<MailCursor['pass']>;

/**
 * One read of an account over one connection. A mailbox is opened only when its state differs from the cursor's. What was
 * deleted is told by the server (QRESYNC); where it is not, or where a whole mailbox is gone, a list of all UIDs tells.
 */
export class MailRun<Row extends JsonObject> {
  readonly #ctx: ImapContext;
  readonly #session: Session;
  readonly #kind: MailKind<Row>;
  readonly #places = new Map<string, Place>();
  readonly #today: string | undefined;
  #since: string | undefined;
  #pass: Pass | undefined;
  #listing: boolean;
  /** Nothing was skipped: this run began without a cursor. */
  #namesAll: boolean;

  constructor(ctx: ImapContext, session: Session, kind: MailKind<Row>, since: MailCursor | undefined) {
    if (since && since.rules !== rulesOf(ctx.config))
      throw new ConnectorError('cursor_expired', 'The settings that say how messages are read have changed.');
    this.#ctx = ctx;
    this.#session = session;
    this.#kind = kind;
    for (const place of since?.mailboxes ?? []) this.#places.set(place.path, place);
    this.#pass = since?.pass;
    this.#today = firstDay(ctx.config.since_days, ctx.clock.now());
    this.#since = since ? since.since : this.#today;
    this.#listing = since?.listing ?? true;
    this.#namesAll = since === undefined;
  }

  /** The mailbox that is worth watching: the inbox, else the first. */
  get watched(): string | undefined {
    const paths = [...this.#places.keys()];
    return paths.find((path) => path.toUpperCase() === 'INBOX') ?? paths[0];
  }

  /** Where a mailbox was last read up to. */
  place(path: string): Place | undefined {
    return this.#places.get(path);
  }

  /** Reads what is new, changed and gone; `touched` are mailboxes to open whatever their state says. */
  async *catchUp(touched: ReadonlySet<string> = new Set()): AsyncGenerator<MailPageOf<Row>> {
    const { mailboxes, unreadable } = await listMailboxes(this.#session.client, this.#ctx.config);
    this.#forgetOthers(new Set([...mailboxes.map(({ path }) => path), ...unreadable]));
    for (const mailbox of mailboxes) {
      if (touched.has(mailbox.path) || !this.#isKnown(mailbox)) yield* this.#read(mailbox);
    }
    this.#since = this.#today;
    // A failure without a key makes the engine doubt that a first read has named all there is.
    const failures = unreadable.map((path) => failureOf(path, this.#namesAll));
    // The messages of a mailbox that cannot be opened now cannot be listed either; the list stays owed.
    const lists = this.#listing && !unreadable.some((path) => this.#places.has(path));
    if (lists && !this.#namesAll) yield* this.#list(mailboxes);
    if (lists) this.#listing = false;
    this.#namesAll = false;
    yield { upserts: [], failures, cursor: this.#cursor(), ...(lists && { complete: true }) };
  }

  /** Mailboxes that are gone, renamed or not chosen any more: nobody tells what lay in them. */
  #forgetOthers(paths: ReadonlySet<string>): void {
    for (const path of this.#places.keys()) {
      if (paths.has(path)) continue;
      this.#places.delete(path);
      this.#listing = true;
    }
    if (this.#pass && !paths.has(this.#pass.path)) this.#dropPass();
  }

  /** What a pass that cannot be gone on with has stored is found by the list. */
  #dropPass(): void {
    this.#pass = undefined;
    this.#listing = true;
  }

  #isKnown({ path, validity, uidNext, messages, modseq }: Mailbox): boolean {
    const place = this.#places.get(path);
    return (
      place !== undefined &&
      this.#since === this.#today &&
      place.validity === validity &&
      place.next === uidNext &&
      place.count === messages &&
      place.modseq === modseq
    );
  }

  async *#read({ path }: Mailbox): AsyncGenerator<MailPageOf<Row>> {
    const now = await openMailbox(this.#session.client, path);
    const known = this.#validPlace(now);
    const pass: Pass = this.#pass?.path === path ? this.#pass : { ...now, most: known.most, at: 0 };
    const changes = await findChanges(this.#session.client, known, pass, {
      showsFlags: this.#kind.showsFlags,
      since: this.#today,
      ...(this.#since !== this.#today && { left: this.#since }),
    });
    for (const keys of this.#keysOf(known, changes.gone)) yield { upserts: [], deletes: keys };
    if (changes.unnamedDeletes) this.#listing = true;
    this.#pass = pass;
    const open = { session: this.#session, path, validity: now.validity };
    for await (const page of this.#kind.read(this.#ctx, open, changes.read)) {
      this.#ctx.signal.throwIfAborted();
      this.#pass = { ...this.#pass, at: page.through, most: Math.max(this.#pass.most, page.most ?? 0) };
      yield { upserts: page.rows, failures: page.failures, cursor: this.#cursor() };
    }
    const { at: _at, ...place } = this.#pass;
    this.#places.set(path, place);
    this.#pass = undefined;
  }

  /** The mailbox's place in the cursor, or its beginning; another UIDVALIDITY means that all UIDs are new ones. */
  #validPlace({ path, validity, modseq }: Place): Place {
    if (this.#pass?.path === path && this.#pass.validity !== validity) this.#dropPass();
    const place = this.#places.get(path);
    if (place?.validity !== validity) {
      if (place) this.#listing = true;
      this.#places.delete(path);
      return { path, validity, next: 1, count: 0, most: 0 };
    }
    if (modseq !== undefined && place.modseq !== undefined && BigInt(modseq) < BigInt(place.modseq))
      throw new ConnectorError('cursor_expired', `The server has lost the history of ${path}.`);
    return place;
  }

  /** Names every message that is there, so that the others are known to be gone. */
  async *#list(mailboxes: readonly Mailbox[]): AsyncGenerator<MailPageOf<Row>> {
    for (const { path } of mailboxes) {
      const place = this.#places.get(path);
      if (!place) continue;
      const now = await openMailbox(this.#session.client, path);
      if (now.validity !== place.validity)
        throw new ConnectorError('unavailable', `${path} was replaced while it was read.`);
      const query = this.#today === undefined ? { all: true } : { since: dayOf(this.#today) };
      const uids = (await this.#session.client.search(query, { uid: true })) || [];
      for (const present of this.#keysOf(place, uids)) yield { upserts: [], present };
    }
  }

  *#keysOf(place: Place, uids: Iterable<number>): Generator<readonly string[]> {
    let keys: string[] = [];
    for (const uid of uids) {
      keys.push(...this.#kind.keysOf(place, uid));
      if (keys.length < PAGE_KEYS) continue;
      yield keys;
      keys = [];
    }
    if (keys.length > 0) yield keys;
  }

  #cursor(): MailCursor {
    return {
      rules: rulesOf(this.#ctx.config),
      mailboxes: [...this.#places.values()],
      ...(this.#pass && { pass: this.#pass }),
      ...(this.#since !== undefined && { since: this.#since }),
      listing: this.#listing,
    };
  }
}

const failureOf = (path: string, mayHideRecords: boolean): RecordFailure => ({
  ...(!mayHideRecords && { key: path }),
  code: 'unreadable',
  message: `${path} cannot be opened; grant the right to read it, or leave it out.`,
});
