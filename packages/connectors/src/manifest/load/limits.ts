/** What a manifest may ask of the reader. The largest published one has 1.25 MB. */
export const LIMITS = {
  /** Bytes of the source. */
  bytes: 2_000_000,
  /** Words, signs and gaps of YAML. The largest published one has about 300,000. */
  pieces: 450_000,
  /** Levels of lists and objects in the source. */
  depth: 200,
  /** Levels once references are resolved: streams hold their parents, which hold theirs. */
  resolvedDepth: 600,
  /** YAML aliases (`*name`). */
  aliases: 10_000,
  /** Fields that references (`$ref`) and merge keys (`<<`) copy into other objects, before they are shared. */
  copied: 500_000,
  /** Components and the fields that parameters give them, each counted as often as it stands under other parameters. */
  fields: 500_000,
  /** Values when every alias and reference is written out. */
  values: 3_000_000,
} as const;
