import { Attribute, Change, Client } from 'ldapts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Holding, jsonCopy, startReading } from '../../kit/contract-reading.ts';
import { slapdProgram, startSlapd } from '../../testing/slapd.ts';
import type { RunningSlapd } from '../../testing/slapd.ts';
import { changedSince, Latest } from './cursor.ts';
import { rowOf, toIso } from './entry.ts';
import { LdapConfig } from './config.ts';
import { ldap } from './index.ts';

describe.skipIf(slapdProgram === undefined)('the source ldap', () => {
  let server: RunningSlapd;
  let admin: Client;
  let number = 0;
  let unit: string;
  beforeAll(async () => {
    server = await startSlapd();
    admin = new Client({ url: `ldap://${server.host}:${server.port}` });
    await admin.bind(server.user, server.password);
  });
  afterAll(async () => {
    await admin.unbind();
    await server.stop();
  });
  beforeEach(async () => {
    unit = `ou=unit ${(number += 1)},${server.baseDn}`;
    await admin.add(unit, { objectClass: 'organizationalUnit', ou: `unit ${number}` });
  });

  const person = (name: string, more: Record<string, string | string[]> = {}, below = unit) =>
    admin.add(`cn=${name},${below}`, { objectClass: 'inetOrgPerson', sn: name, ...more });

  const settings = (more: object = {}) => ({
    serverAddress: `ldap://${server.host}:${server.port}`,
    username: server.user,
    password: server.password,
    baseDn: unit,
    customFilter: '(&(objectClass=person)(cn={0}))',
    ...more,
  });
  const check = async (more: object) => {
    const reading = startReading(ldap, { config: settings(more), credentials: {} });
    try {
      return await ldap.check(reading.ctx);
    } finally {
      await reading.close();
    }
  };

  async function sync(more: object = {}, since?: unknown, holding = new Holding()) {
    const reading = startReading(ldap, { config: settings(more), credentials: {} });
    const [stream] = await ldap.discover(reading.ctx);
    holding.begin();
    const pages = [];
    const from = since === undefined ? undefined : stream!.parseCursor(jsonCopy(since));
    for await (const page of stream!.read(from)) {
      pages.push(page);
      holding.take(stream!, page);
    }
    await reading.close();
    const rows = pages.flatMap((page) => page.upserts);
    return {
      rows,
      names: rows.map((row) => row['cn'] as string).toSorted(),
      cursor: pages.at(-1)!.cursor,
      complete: pages.at(-1)!.complete,
      holding,
      held: [...holding.records.values()].map((row) => (JSON.parse(row) as { dn: string }).dn).toSorted(),
    };
  }

  /** Past what is read again because servers may be late. */
  const later = (cursor: unknown): unknown => {
    const { changed, ...rest } = cursor as { changed: { attribute: string; to: string } };
    const { to } = changed;
    const at = Date.parse(toIso(to)!) + 3_600_000;
    return { ...rest, changed: { ...changed, to: new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '') } };
  };

  test('reads entries with their attributes, without passwords and pictures', async () => {
    await person('Ann', {
      mail: ['ann@example.test', 'a@example.test'],
      userPassword: 'canary-hidden',
      description: 'x',
    });
    const { rows, complete } = await sync();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      dn: `cn=Ann,${unit}`,
      cn: 'Ann',
      mail: ['a@example.test', 'ann@example.test'],
      entry_key: expect.stringMatching(/^[\da-f-]{36}$/),
      modified_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(JSON.stringify(rows)).not.toContain('canary');
    expect(complete).toBe(true);
    expect((await sync({ attributes: ['mail'] })).rows[0]).not.toHaveProperty('description');
  });

  test('goes through all pages', async () => {
    for (let at = 0; at < 25; at += 1) await person(`P${at}`);
    expect((await sync({ page_size: 10 })).rows).toHaveLength(25);
    const first = await sync({ page_size: 10 });
    const second = await sync({ page_size: 10 }, later(first.cursor), first.holding);
    expect([second.rows.length, second.held.length]).toEqual([0, 25]);
  });

  test('reads only what changed since the last run, and finds what is gone', async () => {
    for (const name of ['Ann', 'Bob', 'Cid']) await person(name);
    const first = await sync();
    expect((await sync({}, later(first.cursor))).names).toEqual([]);
    await admin.modify(
      `cn=Bob,${unit}`,
      new Change({ operation: 'replace', modification: new Attribute({ type: 'sn', values: ['Robert'] }) }),
    );
    await admin.del(`cn=Cid,${unit}`);
    await person('Dan');
    const second = await sync({}, first.cursor, first.holding);
    expect(second.names).toContain('Bob');
    expect(second.held).toEqual([`cn=Ann,${unit}`, `cn=Bob,${unit}`, `cn=Dan,${unit}`]);
    expect(JSON.stringify([...second.holding.records.values()])).toContain('Robert');
  });

  test('keeps the record of an entry that is renamed, and gives those below a renamed unit their new names', async () => {
    const inner = `ou=inner,${unit}`;
    await admin.add(inner, { objectClass: 'organizationalUnit', ou: 'inner' });
    await person('Ann', {}, inner);
    await person('Bob');
    const first = await sync();
    const keys = [...first.holding.records.keys()].toSorted();
    await admin.modifyDN(inner, `ou=outer,${unit}`);
    await admin.modifyDN(`cn=Bob,${unit}`, `cn=Rob,${unit}`);
    const second = await sync({}, first.cursor, first.holding);
    expect(second.held).toEqual([`cn=Ann,ou=outer,${unit}`, `cn=Rob,${unit}`]);
    expect([...second.holding.records.keys()].toSorted()).toEqual(keys);
  });

  test('reads as far down as the scope says', async () => {
    const inner = `ou=inner,${unit}`;
    await admin.add(inner, { objectClass: 'organizationalUnit', ou: 'inner' });
    await person('Ann', {}, inner);
    await person('Bob');
    expect((await sync({ searchScope: 'ONE_LEVEL' })).names).toEqual(['Bob']);
    expect((await sync({ searchScope: 'OBJECT', baseDn: `cn=Ann,${inner}` })).names).toEqual(['Ann']);
    expect((await sync({ customFilter: null })).rows).toHaveLength(4);
  });

  test('says what to change when base, filter or login are wrong', async () => {
    const saying = (reason: string, words: string) => ({ reason, message: expect.stringContaining(words) });
    await expect(check({ baseDn: `ou=nowhere,${server.baseDn}` })).rejects.toMatchObject(
      saying('configuration', 'Check baseDn'),
    );
    await expect(check({ customFilter: '(&(a=b)' })).rejects.toMatchObject(saying('configuration', 'customFilter'));
    const refused = await check({ password: 'canary-wrong' }).catch((error: unknown) => error);
    expect(refused).toMatchObject(saying('credential', 'password'));
    expect((refused as Error).message).not.toContain('canary');
    await expect(check({ serverAddress: '${LDAP}' })).rejects.toMatchObject(saying('configuration', 'serverAddress'));
  });
});

test('asks Active Directory by whenChanged, and knows its entries by objectGUID', () => {
  const entry = {
    dn: 'CN=Ann,DC=example',
    cn: 'Ann',
    objectGUID: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
    objectSid: Buffer.from([1, 5]),
    whenChanged: '20261126101112.0Z',
    modifyTimestamp: '20261126101112Z',
  };
  const latest = new Latest(undefined);
  latest.saw(entry);
  const { changed } = latest.cursor('rules');
  expect(changedSince(changed!)).toBe('(whenChanged>=20261126100112.0Z)');
  const config = LdapConfig.parse({ serverAddress: 'ldap://a', username: 'a', password: 'b', baseDn: 'c' });
  expect(rowOf(entry, config)).toEqual({
    dn: 'CN=Ann,DC=example',
    cn: 'Ann',
    entry_key: '00112233445566778899aabbccddeeff',
    modified_at: '2026-11-26T10:11:12.000Z',
  });
});

test('reads everything every time where no entry tells when it changed', () => {
  const latest = new Latest(undefined);
  latest.saw({ dn: 'cn=a' });
  expect(latest.cursor('rules')).toEqual({ rules: 'rules' });
});
