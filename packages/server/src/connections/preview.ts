import type { Connector, Stream } from '@tributary/connectors/kit/connector';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import type { ConnectorContext } from '@tributary/connectors/kit/context';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Page } from '@tributary/connectors/kit/page';
import { redactText } from '@tributary/connectors/kit/redact-text';
import type { EntityUpsert } from '../collection-store/port.ts';
import { renderPayload } from '../collection-store/sqlite/rendering.ts';
import type { Normaliser } from '../engine/normalise.ts';
import { PolicyViolation } from '../engine/policy-violation.ts';
import { untilAborted } from '../engine/read-ahead.ts';
import { SchemaKeeper } from '../engine/schema-keeper.ts';
import type { Intake } from '../engine/schema-keeper.ts';
import { Slots } from '../engine/slots.ts';

/** A record as it would be stored. */
export interface PreviewRecord {
  readonly key: string;
  readonly name: string;
  readonly url: string | null;
  /** The beginning of the text that would be searched. */
  readonly text: string;
  /** null: there is too much of it to be shown. */
  readonly fields: JsonObject | null;
}

export interface StreamPreview {
  readonly name: string;
  readonly title: string;
  /** `late`: its time was over before it had given enough; what came until then is shown. */
  readonly outcome: 'read' | 'late' | 'failed';
  /** Why it failed. */
  readonly message: string | null;
  readonly records: readonly PreviewRecord[];
  /** Records among these first ones that could not be taken. */
  readonly failures: readonly { readonly code: string; readonly message: string }[];
}

export type PreviewIntake = Omit<Intake, 'save' | 'revision'>;

const RECORDS = 10;
/** A source that yields so many pages without a record has none to show. */
const PAGES = 10;
const TEXT_LENGTH = 500;
const FIELDS_LENGTH = 50_000;
const FAILURES = 10;

/**
 * Up to ten records of every selected stream, read from its start and made into what would be stored; nothing is. The reads end
 * when the signal is aborted, and give what they have by then. Throws what `discover` throws.
 */
export async function previewStreams(
  connector: Connector,
  ctx: ConnectorContext,
  intake: PreviewIntake,
  signal: AbortSignal,
): Promise<readonly StreamPreview[]> {
  const { selection } = intake;
  // There is no job that could fail: what the selection would stop at is left out.
  const patient = (policy: typeof selection.newFields) => (policy === 'fail' ? 'hold' : policy);
  const keeper = new SchemaKeeper({
    ...intake,
    selection: {
      ...selection,
      newStreams: patient(selection.newStreams),
      newFields: patient(selection.newFields),
    },
    revision: 0,
    save: () => Promise.resolve(false),
  });
  const admitted = keeper.admit(await connector.discover(ctx));
  if ('type' in admitted) return [];
  const slots = new Slots(connector.limits.concurrency);
  return Promise.all(admitted.map((stream) => slots.run(() => new Reading(stream, signal).preview(keeper))));
}

class Reading {
  readonly #stream: Stream;
  readonly #signal: AbortSignal;
  readonly #records: PreviewRecord[] = [];
  readonly #failures: { readonly code: string; readonly message: string }[] = [];

  constructor(stream: Stream, signal: AbortSignal) {
    this.#stream = stream;
    this.#signal = signal;
  }

  async preview(keeper: SchemaKeeper): Promise<StreamPreview> {
    try {
      if (this.#signal.aborted) return this.#result('late');
      await this.#read(keeper.policyOf(this.#stream).normaliser(this.#stream));
      return this.#result('read');
    } catch (error) {
      if (this.#signal.aborted) return this.#result('late');
      return this.#result('failed', reasonOf(error));
    }
  }

  async #read(normaliser: Normaliser): Promise<void> {
    const stream = this.#stream;
    const slices = stream.slices && (await untilAborted(stream.slices(), this.#signal));
    if (slices?.length === 0) return;
    const pages = stream.read(undefined, slices?.[0])[Symbol.asyncIterator]();
    try {
      for (let page = 0; page < PAGES && this.#records.length < RECORDS; page++) {
        const step = await untilAborted(pages.next(), this.#signal);
        if (step.done === true) return;
        this.#take(normaliser, step.value);
      }
    } finally {
      // It closes what it has opened; nobody waits for it.
      Promise.resolve(pages.return?.()).catch(() => undefined);
    }
  }

  #take(normaliser: Normaliser, { upserts, failures = [] }: Page<JsonObject>): void {
    const given = { upserts: upserts.slice(0, RECORDS - this.#records.length), failures: failures.slice(0, FAILURES) };
    for (const batch of normaliser.normalise(given).batches) {
      this.#records.push(...batch.upserts.map(recordOf));
      this.#failures.push(...batch.failures.map(({ code, message }) => ({ code, message })));
    }
  }

  #result(outcome: StreamPreview['outcome'], message: string | null = null): StreamPreview {
    const { name, title } = this.#stream;
    return { name, title, outcome, message, records: this.#records, failures: this.#failures.slice(0, FAILURES) };
  }
}

function recordOf(upsert: EntityUpsert): PreviewRecord {
  const payload = upsert.payload();
  const { name, url, text } = upsert.document();
  const isShown = payload.length <= FIELDS_LENGTH;
  const fields = JSON.parse(payload) as JsonObject;
  return {
    key: upsert.key,
    name,
    url,
    text: (text ?? renderPayload(fields)).slice(0, TEXT_LENGTH).toWellFormed(),
    fields: isShown ? fields : null,
  };
}

/** Only words that were meant for people: an unplanned error may hold anything. */
function reasonOf(error: unknown): string {
  if (error instanceof PolicyViolation) return error.message;
  if (error instanceof ConnectorError) return redactText(error.message);
  return `The connector stopped unexpectedly (${error instanceof Error ? error.name : typeof error}).`;
}
