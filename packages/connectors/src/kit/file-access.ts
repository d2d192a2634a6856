export interface FileEntry {
  /** Path below the walked folder, with `/` between the parts. */
  readonly path: string;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
  /**
   * The latest moment (milliseconds since the epoch) at which this path can have come to hold these bytes: written,
   * renamed, or carried here inside a renamed folder. Nobody can set it back, as `modifiedAt` can be.
   */
  readonly changedAt: number;
}

export interface WalkOptions {
  readonly signal?: AbortSignal;
  /** Says whether to look inside a folder, given by its path below the walked one. */
  readonly enter?: (path: string) => boolean;
  /** Told of every folder or file that cannot be looked at; without it the walk throws. */
  readonly onUnreadable?: (path: string) => void;
}

/** The only door to the host's files: everything is below the operator's roots, links and escapes are refused. */
export interface FileAccess {
  /** The real path of a file or folder below an allowed root; throws `ConnectorError('refused')` otherwise. */
  resolve(path: string): Promise<string>;
  /**
   * The real path of a folder below an allowed root that may be written to; it need not be there yet. Throws
   * `ConnectorError('refused')`.
   */
  writableFolder(path: string): Promise<string>;
  /** Tells one folder or file from another that later takes its path; stable while it stays mounted. */
  identity(path: string): Promise<string>;
  /** Regular files below a folder, depth first and sorted by `comparePaths`; links are passed over. */
  walk(folder: string, options?: WalkOptions): AsyncIterable<FileEntry>;
  /** The bytes of one file; throws when it is larger than `maxBytes` or was swapped for a link. */
  read(folder: string, path: string, maxBytes: number): Promise<Buffer>;
}

/** The order of `walk`: part by part, so that a folder's files stay together; gives a negative number, 0 or a positive one. */
export function comparePaths(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [one = '', other = ''] = [left[index], right[index]];
    if (one !== other) return one < other ? -1 : 1;
  }
  return left.length - right.length;
}
