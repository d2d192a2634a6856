import { OutsideError } from './outside-error.ts';

/** Sources that are reached by an address and a driver, or need no credential: no vendor of connected apps has them. */
export const NO_APPS = ['elasticsearch', 'files', 'imap', 'kafka', 'mysql', 'nats', 'postgres', 'rss', 'sqlite', 'web'];

/** How a vendor calls the app of a connector, where that is not the connector's id; any of them will do. */
export type AppNames = Readonly<Record<string, readonly string[]>>;

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Refuses the account of another app, whose token must not be sent to this source. Throws `OutsideError('configuration')`. */
export function requireApp(title: string, names: AppNames, connector: string, app: string): void {
  const wanted = [connector, ...(names[connector] ?? [])];
  if (wanted.some((name) => plain(name) === plain(app))) return;
  throw new OutsideError(
    'configuration',
    `The account belongs to the app ${app.slice(0, 60)} of ${title}; ${connector} needs one of ${wanted.join(' or ')}.`,
  );
}
