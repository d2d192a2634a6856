export interface FileEntry {
  /** Path below the walked folder, with `/` between the parts. */
  readonly path: string;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** The only door to the host's files: everything is below the operator's roots, links and escapes are refused. */
export interface FileAccess {
  /** The real path of a file or folder below an allowed root; throws `ConnectorError('refused')` otherwise. */
  resolve(path: string): Promise<string>;
  /** Regular files below a folder, depth first and sorted; links are passed over. */
  walk(folder: string, signal?: AbortSignal): AsyncIterable<FileEntry>;
  /** The bytes of one file; throws when it is larger than `maxBytes` or was swapped for a link. */
  read(folder: string, path: string, maxBytes: number): Promise<Buffer>;
}
