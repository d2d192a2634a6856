import type { Authorization } from '../../kit/authorization.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import type { JsonObject } from '../../kit/json.ts';
import type { Secret } from '../../kit/secret.ts';
import type { Component } from './component.ts';
import type { CustomComponents } from './custom-components.ts';
import type { HttpBudget } from './request.ts';
import type { ManifestStream, Retriever } from './stream.ts';

/** What components are built with; one for each time that a manifest is opened with a configuration. */
export interface Build {
  /** The configuration after its normalisation, with plain secrets: templates work on them. It never goes into a message. */
  readonly config: JsonObject;
  readonly ctx: ConnectorContext;
  readonly custom: CustomComponents;
  /** Wraps a text that holds a secret of the configuration, so that the HTTP client shows it to nobody; others come back. */
  guard(text: string): string | Secret;
  /** What may be shown of a text: without the secrets of the configuration. */
  shown(text: string): string;
  readonly budget: HttpBudget;
  /** The right to ask that the platform keeps and renews; it takes the place of the manifest's own OAuth. */
  readonly grantedAuthorization?: Authorization;
  /** Requests that may be under way at once (`ConcurrencyLevel`). */
  readonly concurrency: number;
  /**
   * Milliseconds between two states of a stream with many partitions, whose states are large; the default is 600,000, as
   * Airbyte's own interpreter has it.
   */
  readonly stateIntervalMs?: number;
  /** The manifest as loaded, for components that look at other parts of it. */
  readonly manifest: Component;
  /** Files beside the manifest, by their paths, for `JsonFileSchemaLoader`. */
  readonly files: ReadonlyMap<string, string>;
  /** Builds what lies in other families, so that families need not import each other in circles. */
  stream(definition: Component): ManifestStream;
  retriever(definition: Component, stream: StreamContext): Retriever;
  /** The configuration was changed by a component (single-use refresh tokens); the platform keeps the new one. */
  configChanged(config: JsonObject): Promise<void>;
}

/** What the parts of one stream know of it. */
export interface StreamContext {
  readonly name: string;
  /** Paths of the key's parts in a record. */
  readonly primaryKey: readonly (readonly string[])[];
  /** Of a record, when something needs it (normalisation, property selection); loaded once. */
  schema(): Promise<JsonObject>;
  /** Answers are kept and shared: the stream is the parent of others (`use_cache`). */
  readonly isParent?: boolean;
  /** The stream's own `transformations`, which its retriever applies to the records. */
  readonly transformations?: readonly Component[];
  /** The cursor decides which records are wanted, so transformations come before filters. */
  readonly filtersByCursor?: boolean;
}
