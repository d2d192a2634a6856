import type { JsonObject } from '@tributary/connectors/kit/json';

/** What a rule may ask for. Public API: a kind that is there stays. */
export const eventKinds = ['sync.failed', 'credential.needs_renewal', 'schema.changed', 'sweep.held'] as const;
export type EventKind = (typeof eventKinds)[number];
export type NoticeKind = EventKind | 'test';

/** Mildest first. */
export const severities = ['info', 'warning', 'error'] as const;
export type Severity = (typeof severities)[number];

export function isAtLeast(severity: Severity, least: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(least);
}

/** Something that happened, as whoever saw it tells it. No record content, no secret. */
export type Happening =
  | {
      readonly kind: 'sync.failed';
      readonly jobId: string;
      readonly errorCode: string;
      readonly error: string;
    }
  | { readonly kind: 'credential.needs_renewal'; readonly reason: string }
  | {
      readonly kind: 'schema.changed';
      readonly jobId: string;
      readonly changes: readonly {
        readonly stream: string;
        readonly kind: string;
        readonly field?: string | undefined;
        readonly action: string;
      }[];
    }
  | {
      readonly kind: 'sweep.held';
      readonly jobId: string;
      readonly streams: readonly { readonly stream: string; readonly unseen: number; readonly total: number }[];
    };

/** Where it happened, by names and ids. */
export interface Place {
  readonly project: string;
  readonly connectionId: string;
  readonly connection: string;
  /** Several when a credential is gone that several read with. */
  readonly sourceConnections: readonly { readonly id: string; readonly name: string; readonly collection: string }[];
}

/** A notice's facts as they are stored and sent. */
export type NoticeFacts = JsonObject & { readonly kind: NoticeKind };

/** How an attempt to deliver went; for the operator's figures. */
export const deliveryOutcomes = ['sent', 'retried', 'failed', 'dropped'] as const;
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];
