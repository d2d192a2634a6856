import type { Notice } from '@tributary/connectors/kit/notice';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Happening, NoticeKind, Place, Severity } from './model.ts';

/** A notice with the rule's count of those like it that were held back. */
export interface StoredNotice {
  readonly id: string;
  readonly kind: string;
  readonly severity: Severity;
  /** JSON. */
  readonly facts: string;
  readonly at: number;
  readonly repeats: number;
}

type Told = Place & Happening & { readonly changesInAll?: number; readonly streamsInAll?: number };
interface Words {
  readonly title: string;
  /** What happened, and what to do. */
  readonly lines: readonly string[];
}

const api = '/tributary/v1/source-connections';

/**
 * What goes out: plain words that say what happened and what to do, with a link when the operator has said where the service
 * is reached (`TRIBUTARY_PUBLIC_URL`).
 */
export function noticeOf(stored: StoredNotice, publicUrl: string | undefined): Notice {
  const facts = JSON.parse(stored.facts) as JsonObject;
  const { title, lines } = wordsOf(stored.kind as NoticeKind, facts);
  const again = stored.repeats > 0 ? [`It happened ${times(stored.repeats)} more since the last notification.`] : [];
  const link = publicUrl === undefined ? [] : linksOf(facts, publicUrl.replace(/\/$/, ''));
  return {
    id: stored.id,
    kind: stored.kind,
    severity: stored.severity,
    title,
    text: [...lines, ...again, ...link].join('\n'),
    at: stored.at,
    facts: { ...facts, repeats: stored.repeats },
  };
}

/** The one line of a notice that is listed. */
export function titleOf(kind: string, facts: string): string {
  return wordsOf(kind as NoticeKind, JSON.parse(facts) as JsonObject).title;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
const times = (number: number): string => (number === 1 ? 'once' : `${number} times`);

function wordsOf(kind: NoticeKind, facts: JsonObject): Words {
  if (kind === 'test') {
    const { rule, project } = facts as { readonly rule: string; readonly project: string };
    return {
      title: `Test of the notification rule ${rule}`,
      lines: [`This is a test of the rule ${rule} of the project ${project}. Nothing has to be done.`],
    };
  }
  return wordsOfHappening(facts as unknown as Told);
}

function wordsOfHappening(told: Told): Words {
  const source = told.sourceConnections.map(({ name }) => name).join(', ');
  switch (told.kind) {
    case 'sync.failed':
      return {
        title: `The sync of ${source} failed`,
        lines: [
          `The sync of ${source} (project ${told.project}, connection ${told.connection}) failed: ${told.error}`,
          `Put that right and start it again: POST /v1/source-connections/${told.sourceConnections[0]?.id ?? ''}/run. A schedule tries again by itself.`,
        ],
      };
    case 'credential.needs_renewal':
      return {
        title: `The connection ${told.connection} needs a new credential`,
        lines: [
          `The credential of the connection ${told.connection} (project ${told.project}) is not accepted any more: ${told.reason}`,
          `The schedule of ${source} is paused. Allow the access again, or give a new credential: PATCH /v1/source-connections/${told.sourceConnections[0]?.id ?? ''}. Then it goes on.`,
        ],
      };
    case 'schema.changed':
      return wordsOfSchema(told, source);
    case 'sweep.held':
      return {
        title: `Deletes of ${source} wait for a confirmation`,
        lines: [
          `The newest sync of ${source} (project ${told.project}) would delete suspiciously much, so it deleted nothing:`,
          ...told.streams.map(({ stream, unseen, total }) => `- ${stream}: ${unseen} of ${count(total, 'record')}`),
          ...more(told.streamsInAll ?? 0, told.streams.length),
          `Look whether the source is whole. If the records are really gone, confirm: POST ${api}/${told.sourceConnections[0]?.id ?? ''}/sweep/confirm.`,
        ],
      };
  }
}

function wordsOfSchema(told: Extract<Told, { readonly kind: 'schema.changed' }>, source: string): Words {
  const held = told.changes.some(({ action }) => action === 'held');
  return {
    title: `The schema of ${source} has changed`,
    lines: [
      `The source of ${source} (project ${told.project}, connection ${told.connection}) has changed its schema:`,
      ...told.changes.map(
        ({ stream, kind, field, action }) =>
          `- ${stream}${field === undefined ? '' : `, field ${field}`}: ${kind.replaceAll('_', ' ')} (${action.replaceAll('_', ' ')})`,
      ),
      ...more(told.changesInAll ?? 0, told.changes.length),
      held
        ? `What is held is not read until it is accepted: POST ${api}/${told.sourceConnections[0]?.id ?? ''}/schema/accept.`
        : 'Nothing has to be done, unless whoever searches depends on it.',
    ],
  };
}

function more(all: number, named: number): readonly string[] {
  return all > named ? [`- and ${all - named} more`] : [];
}

function linksOf(facts: JsonObject, base: string): readonly string[] {
  const sources = (facts['sourceConnections'] ?? []) as unknown as Place['sourceConnections'];
  if (sources.length === 0) return [base];
  return sources.map(({ id }) => `${base}${api}/${id}/status`);
}
