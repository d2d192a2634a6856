import type { DescribedManifest } from '@tributary/connectors/manifest/connector/describe-manifest';
import type { ManifestFace } from '@tributary/connectors/manifest/connector/manifest-face';
import type { ManifestFacts } from './manifest-content.ts';
import type { VersionRow } from './repository.ts';

/** The column `facts`; versions of older releases have no face. */
interface KeptFacts extends ManifestFacts {
  readonly face?: ManifestFace;
}

type Kept = Pick<VersionRow, 'facts'>;

/** What is kept of a manifest beside its content, so that it need not be read to be shown. */
export const keptFacts = ({ facts, face }: Pick<DescribedManifest, 'facts' | 'face'>): string =>
  JSON.stringify({ ...facts, face } satisfies KeptFacts);

/** What the API shows of it. */
export function shownFacts({ facts }: Kept): ManifestFacts {
  const { streams, missing } = JSON.parse(facts) as KeptFacts;
  return { streams, missing };
}

/** What the source shows; `undefined` in versions of older releases. */
export const keptFace = ({ facts }: Kept): ManifestFace | undefined => (JSON.parse(facts) as KeptFacts).face;
