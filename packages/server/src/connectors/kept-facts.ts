import type { DescribedManifest } from '@tributary/connectors/manifest/connector/describe-manifest';
import type { ManifestOutline } from '@tributary/connectors/manifest/connector/manifest-outline';
import type { ManifestFacts } from './manifest-content.ts';
import type { VersionRow } from './repository.ts';

/** The column `facts`; versions of older releases have neither an outline, nor hosts and warnings. */
interface KeptFacts
  extends Pick<ManifestFacts, 'streams' | 'missing'>, Partial<Pick<ManifestFacts, 'hosts' | 'warnings'>> {
  readonly outline?: ManifestOutline;
}

type Kept = Pick<VersionRow, 'facts'>;

const factsOf = ({ facts }: Kept): KeptFacts => JSON.parse(facts) as KeptFacts;

/** What is kept of a manifest beside its content, so that it need not be read to be shown. */
export const keptFacts = ({ facts, outline }: Pick<DescribedManifest, 'facts' | 'outline'>): string =>
  JSON.stringify({ ...facts, outline } satisfies KeptFacts);

/** What the API shows of it. */
export function shownFacts(kept: Kept): ManifestFacts {
  const { streams, missing, warnings = [], hosts = [] } = factsOf(kept);
  return { streams, missing, warnings, hosts };
}

/** Where its requests go; `undefined` in versions of older releases. */
export const keptHosts = (kept: Kept): readonly string[] | undefined => factsOf(kept).hosts;

/** What the source shows; `undefined` in versions of older releases. */
export const keptOutline = (kept: Kept): ManifestOutline | undefined => factsOf(kept).outline;
