import type { Socket } from 'node:net';
import type { ConnectTarget } from '../../kit/context.ts';
import type { FtpSettings } from '../../types/ftp/fields.ts';

/** One thing in a folder of the server. */
export interface RemoteEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
  /** In bytes. */
  readonly size: number;
  /** Milliseconds since the epoch, whole seconds; undefined where the server does not say it reliably. */
  readonly modifiedAt: number | undefined;
  /** What the server says instead of it. */
  readonly rawDate: string;
}

/** A session on a file server, whatever it speaks. One call at a time. All throw `ConnectorError`. */
export interface RemoteFolder {
  list(path: string): Promise<readonly RemoteEntry[]>;
  /** The first `most` bytes and one more. Throws `ConnectorError('invalid_answer')` when the server will not give the file. */
  read(path: string, most: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** What opening a session needs; contexts of sources and of connection types have it. */
export interface FtpReach {
  readonly settings: FtpSettings;
  readonly connect: (target: ConnectTarget) => Promise<Socket>;
  readonly signal: AbortSignal;
}

/** `/` between the parts, one only. */
export const joinPath = (folder: string, name: string): string => `${folder.replace(/\/+$/, '')}/${name}`;
