import type { Queryable } from '../control/database.ts';
import { errors } from '../errors.ts';
import type { ConnectionId, OrganizationId } from '../lib/ids.ts';
import type { Description, SourceChange } from './model.ts';
import { updateDescription, type FactsRow } from './repository.ts';

type Told = Pick<FactsRow, 'description' | 'description_source' | 'description_generated_at'>;

export interface DescriptionChange {
  /** Written whether or not the text changes. */
  readonly columns: Partial<Told>;
  /** Another text, under the next version. */
  readonly next?: Told;
}

/**
 * A text that changes gets the next version, and says how and when it was made. The version of the caller is a guard: it may
 * be the stored one, or the one that the change makes.
 * @throws description_version_stale
 */
export function descriptionColumns(stored: Description, change: SourceChange, now: number): DescriptionChange {
  const { description, descriptionSource, descriptionGeneratedAt, descriptionVersion } = change;
  if (descriptionVersion !== undefined && ![stored.version, stored.version + 1].includes(descriptionVersion))
    throw errors.description_version_stale({ given: descriptionVersion, stored: stored.version });
  if (description !== undefined && description !== stored.text) {
    const next = {
      description,
      description_source: descriptionSource === undefined ? ('manual_edit' as const) : descriptionSource,
      description_generated_at: descriptionGeneratedAt === undefined ? now : descriptionGeneratedAt,
    };
    return { columns: {}, next };
  }
  return {
    columns: {
      ...(descriptionSource !== undefined && { description_source: descriptionSource }),
      ...(descriptionGeneratedAt !== undefined && { description_generated_at: descriptionGeneratedAt }),
    },
  };
}

/** Writes another text unless somebody was faster; the row is there. */
export async function writeDescription(
  tx: Queryable,
  organizationId: OrganizationId,
  id: ConnectionId,
  stored: Description,
  { next }: DescriptionChange,
): Promise<void> {
  if (!next || (await updateDescription(tx, organizationId, id, stored.version, next))) return;
  throw errors.description_version_stale({ given: stored.version, stored: stored.version + 1 });
}
