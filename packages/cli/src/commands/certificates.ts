import { Command } from 'commander';
import type { Certificate, CertificateInput } from '@tributary/sdk/project-model';
import { CliError } from '../exit-codes.ts';
import { givenSecret, givenText } from '../secret-input.ts';
import { examples, openSession } from '../session.ts';
import { facts, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { inProject } from './environments.ts';

interface Given {
  readonly project: string;
  readonly pem?: string;
  readonly privateKey?: string;
  readonly pkcs12?: string;
  readonly passwordFile?: string;
  readonly allowExpired?: boolean;
}

function describe(certificate: Certificate): string {
  const [first] = certificate.certificates;
  return facts([
    ['name', certificate.name],
    ['kind', certificate.kind.replaceAll('_', ' ')],
    ['subject', first?.subject],
    ['issuer', first?.issuer],
    ['serial', first?.serialNumber],
    ['SHA-256', first?.fingerprint],
    ['names', first?.subjectAltNames.join(', ')],
    ['valid', first && `${first.notBefore} to ${first.notAfter}`],
    ['chain', certificate.certificates.length],
    ...certificate.warnings.map((warning) => ['warning', warning] as const),
  ]);
}

/** Reads the files; a password is asked for where there is one to give. */
async function inputOf(terminal: Terminal, given: Given): Promise<CertificateInput> {
  const expired = given.allowExpired === true && { allowExpired: true };
  const ask = (what: string) => givenSecret(terminal, given.passwordFile, `Password of ${what}`);
  if ((given.pem === undefined) === (given.pkcs12 === undefined))
    throw new CliError('usage', 'Give --pem with certificates, or --pkcs12 with a PKCS#12 file.');
  if (given.pkcs12 !== undefined)
    return { pkcs12: await givenText(given.pkcs12, 'base64'), password: await ask(given.pkcs12), ...expired };
  const certificate = await givenText(given.pem ?? '');
  const privateKey = given.privateKey === undefined ? undefined : await givenText(given.privateKey);
  const encrypted = (privateKey ?? certificate).includes('ENCRYPTED');
  return {
    certificate,
    ...(privateKey !== undefined && { privateKey }),
    ...(encrypted && { passphrase: await ask('the private key') }),
    ...expired,
  };
}

function withContent(command: Command): Command {
  return inProject(command)
    .argument('<name>', 'what connections know it by')
    .option('--pem <path>', 'file with certificates, and perhaps their private key')
    .option('--private-key <path>', 'file with the private key')
    .option('--pkcs12 <path>', 'PKCS#12 file, in the place of --pem')
    .option('--password-file <path>', 'file with the password of the key or the PKCS#12 file; asked for otherwise')
    .option('--allow-expired', 'take it although it has expired');
}

/** `tributary certificates list|show|create|replace|delete` */
export function certificatesCommand(terminal: Terminal): Command {
  const { signal } = terminal;
  const certificates = new Command('certificates')
    .alias('certificate')
    .description('certificates and key stores that connections refer to by name');
  inProject(certificates.command('list'))
    .description('list the certificates and key stores of a project')
    .action(async ({ project }: Given, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const found = await client.certificates.list(project, { signal });
      show(found, () =>
        table<Certificate>(
          terminal,
          [
            { title: 'NAME', value: (one) => one.name },
            { title: 'KIND', value: (one) => one.kind.replaceAll('_', ' ') },
            { title: 'EXPIRES', value: (one) => one.expiresAt },
            { title: 'SUBJECT', value: (one) => one.certificates[0]?.subject },
          ],
          found,
        ),
      );
    });
  inProject(certificates.command('show'))
    .description('show a certificate or key store')
    .argument('<name>', 'its name')
    .action(async (name: string, { project }: Given, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const found = await client.certificates.get(project, name, { signal });
      show(found, () => describe(found));
    });
  for (const verb of ['create', 'replace'] as const)
    withContent(certificates.command(verb))
      .description(verb === 'create' ? 'store a certificate or key store' : 'put a renewed one in the place of one')
      .addHelpText(
        'after',
        examples(
          `certificates ${verb} mail --pem chain.pem --private-key mail.key`,
          `certificates ${verb} mail --pkcs12 mail.p12 --password-file mail.password`,
        ),
      )
      .action(async (name: string, given: Given, command: Command) => {
        const { client, show } = openSession(terminal, command);
        const input = await inputOf(terminal, given);
        const stored = await client.certificates[verb](given.project, name, input, { signal });
        show(stored, () => describe(stored));
      });
  inProject(certificates.command('delete'))
    .description('delete a certificate or key store')
    .argument('<name>', 'its name')
    .action(async (name: string, { project }: Given, command: Command) => {
      const { client, show } = openSession(terminal, command);
      const gone = await client.certificates.delete(project, name, { signal });
      show(gone, () => `Deleted ${gone.name}.\n`);
    });
  return certificates;
}
