import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@tributary/connectors/kit/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditLog } from '../audit/service.ts';
import type { Actor } from '../auth/actor.ts';
import { loadConfig } from '../config.ts';
import type { ControlStoreHome } from '../control/control-store-contract.ts';
import type { ControlStore } from '../control/database.ts';
import { postgresHome, sqliteHome } from '../control/testing.ts';
import { systemClock as clock } from '../lib/clock.ts';
import { newId, type OrganizationId, type ProjectId } from '../lib/ids.ts';
import { createProjectService } from '../projects/service.ts';
import { openVault } from '../vault/open-vault.ts';
import { createKeyMaterialReader } from './key-material-reader.ts';
import { createKeyMaterialSource, type KeyMaterialSource } from './key-material-source.ts';
import {
  type CertificateChange,
  type CertificateInput,
  type CertificateService,
  createCertificateService,
} from './service.ts';
import { makeCertificate, makePkcs12 } from './testing/made-certificates.ts';

const code = (value: string) => expect.objectContaining({ code: value });

describe.each([
  ['SQLite', sqliteHome],
  ['PostgreSQL', postgresHome],
])('certificates on %s', (_name, makeHome) => {
  let home: ControlStoreHome;
  let control: ControlStore;
  let dataDir: string;
  let certificates: CertificateService;
  let source: KeyMaterialSource;
  let projectId: ProjectId;
  let referenced = false;
  const changes: CertificateChange[] = [];
  const organizationId = newId<OrganizationId>();
  const ada: Actor = {
    organizationId,
    apiKeyId: newId(),
    name: 'Ada',
    email: 'ada@example.com',
    scopes: new Set(['*']),
  };

  beforeAll(async () => {
    home = await makeHome();
    control = await home.open();
    dataDir = await mkdtemp(join(tmpdir(), 'tributary-certificates-'));
    const vault = await openVault({ ...loadConfig({ TRIBUTARY_DATA_DIR: dataDir }), control });
    const audit = createAuditLog({ control, clock });
    const projects = createProjectService({ control, clock, audit });
    certificates = createCertificateService({
      control,
      clock,
      audit,
      projects,
      vault,
      read: createKeyMaterialReader(),
      isReferenced: async () => referenced,
      onChanged: (change) => changes.push(change),
    });
    source = createKeyMaterialSource({ vault });
    await control.db.insertInto('organization').values({ id: organizationId, name: 'A', created_at: 1 }).execute();
    projectId = (await projects.create(ada, 'web')).id;
  });
  afterAll(async () => {
    await control.close();
    await home.remove();
    await rm(dataDir, { recursive: true });
  });

  const pair = makeCertificate({ name: 'tls.example' });
  const pem: CertificateInput = {
    type: 'pem',
    certificates: pair.certificate,
    privateKey: new Secret(pair.privateKey),
    allowExpired: false,
  };

  it('Z16 are opened by their name in any case for whoever opens connections, and for no other project', async () => {
    await certificates.create(ada, 'web', 'Mail', pem);
    const opened = await source.open(control.db, organizationId, projectId, 'mAIL');
    expect(opened).toMatchObject({ name: 'Mail', certificates: pair.certificate.replaceAll('\r', '') });
    expect(opened?.privateKey?.reveal()).toBe(pair.privateKey);
    expect(await source.has(control.db, organizationId, projectId, 'MAIL')).toBe(true);
    expect(await source.has(control.db, organizationId, newId(), 'mail')).toBe(false);
    expect(await source.open(control.db, newId(), projectId, 'mail')).toBeUndefined();
    const rows = JSON.stringify(await control.db.selectFrom('key_material').selectAll().execute());
    expect(rows).not.toContain(pair.privateKey.split('\n')[1]);
  });

  it('Z16 stay while a connection names them, and tell when they are replaced', async () => {
    const name = 'used';
    await certificates.create(ada, 'web', name, pem);
    referenced = true;
    await expect(certificates.delete(ada, 'web', name)).rejects.toThrow(code('certificate_in_use'));
    referenced = false;
    const next = makeCertificate({ name: 'next.example' });
    const input = {
      type: 'pkcs12',
      base64: makePkcs12(next, 'p'),
      password: new Secret('p'),
      allowExpired: false,
    } as const;
    await certificates.replace(ada, 'web', 'USED', input);
    expect(changes).toEqual([{ organizationId, projectId, name }]);
    expect((await source.open(control.db, organizationId, projectId, name))?.privateKey?.reveal()).toBe(
      next.privateKey,
    );
    await certificates.delete(ada, 'web', name);
    await expect(certificates.get(ada, 'web', name)).rejects.toThrow(code('certificate_not_found'));
  });

  it('are read one after another, and one that cannot be read stops none', async () => {
    const broken: CertificateInput = { type: 'pem', certificates: 'none', allowExpired: false };
    const made = await Promise.allSettled(
      ['a', 'b', 'c'].map((name) => certificates.create(ada, 'web', name, name === 'b' ? broken : pem)),
    );
    expect(made.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(certificates.create(ada, 'web', 'b', broken)).rejects.toThrow(code('certificate_unusable'));
  });

  it('have one owner of a name when several are made at once', async () => {
    const made = await Promise.allSettled(
      ['One', 'ONE', 'one'].map((name) => certificates.create(ada, 'web', name, pem)),
    );
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
