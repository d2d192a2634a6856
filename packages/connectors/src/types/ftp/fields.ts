import { z } from 'zod';
import type { ConditionIssue } from '../../kit/connection-type.ts';
import {
  flag,
  integer,
  optionalText,
  port,
  requiredChoice,
  requiredSecret,
  requiredText,
  text,
} from '../../kit/type-fields.ts';

/**
 * Fields and defaults as Apinizer documents the connection type `ftp`; and two more, `ca` and `hostKey`, without which a server
 * of one's own could not be told from a false one.
 */
export const FtpFields = z.object({
  host: requiredText({ title: 'Host' }),
  port: port({ title: 'Port', description: 'SFTP usually listens on 22, implicit FTPS on 990.', default: 21 }),
  username: requiredText({ title: 'User' }),
  password: requiredSecret({ title: 'Password' }),
  workingDir: text({ title: 'Folder', default: '/' }),
  protocol: requiredChoice(['FTP', 'SFTP', 'FTPS'], { title: 'Protocol' }),
  timeout: integer({ title: 'Timeout', description: 'Milliseconds.', default: 30_000, min: 1, max: 600_000 }),
  retryCount: integer({ title: 'Retries', description: 'After a lost connection.', default: 3, min: 0, max: 100 }),
  useImplicit: flag({ title: 'Implicit TLS', description: 'FTPS: TLS from the first byte.', default: false }),
  useExplicit: flag({ title: 'Explicit TLS', description: 'FTPS: TLS after AUTH TLS.', default: false }),
  sslProtocol: optionalText({ title: 'TLS version', description: 'TLS, TLSv1.2 or TLSv1.3; TLS takes any.' }),
  ca: optionalText({ title: 'Certificate authority', description: 'FTPS: PEM text that the server is checked with.' }),
  hostKey: optionalText({
    title: 'Host key',
    description: 'SFTP: fingerprint of the server’s key, as `ssh-keygen -l` writes it (SHA256:…). Empty takes any key.',
  }),
});
export type FtpSettings = z.output<typeof FtpFields>;

/** What `tls.connect` takes for a word of the contract; `TLS` is whatever both sides know. */
export const TLS_VERSIONS = { TLS: undefined, 'TLSv1.2': 'TLSv1.2', 'TLSv1.3': 'TLSv1.3' } as const;

const isPlaceholder = (value: unknown): boolean => typeof value === 'string' && value.includes('${');

/** What the fields together must satisfy; values with a placeholder are taken to be right. */
export function ftpConditions(settings: FtpSettings): readonly ConditionIssue[] {
  const { protocol, useImplicit, useExplicit, sslProtocol } = settings;
  const issues: ConditionIssue[] = [];
  const open = isPlaceholder(useImplicit) || isPlaceholder(useExplicit);
  if (protocol === 'FTPS' && !open && useImplicit === useExplicit)
    issues.push({
      path: ['useExplicit'],
      message: 'With FTPS, set exactly one of useImplicit and useExplicit to true.',
    });
  if (sslProtocol !== null && !isPlaceholder(sslProtocol) && !Object.hasOwn(TLS_VERSIONS, sslProtocol))
    issues.push({ path: ['sslProtocol'], message: 'Give TLS, TLSv1.2 or TLSv1.3; older versions are not safe.' });
  return issues;
}
