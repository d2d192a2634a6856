import { startPostgres, type RunningPostgres } from '@tributary/connectors/testing/embedded-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../certificates/testing/made-certificates.ts';
import { mail, startApiops, type Apiops } from './testing-apiops.ts';

let t: Apiops;
let server: RunningPostgres;
/** A database that is there, as a connection by name. */
let shop: Readonly<Record<string, unknown>>;
beforeAll(async () => {
  [t, server] = await Promise.all([startApiops(), startPostgres()]);
  const url = new URL(await server.createDatabase('shop'));
  shop = {
    type: 'database',
    dbType: 'POSTGRES',
    jdbcUrl: `jdbc:postgresql://${url.host}/shop?sslmode=disable`,
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
});
afterAll(async () => {
  await t.service.stop();
  await server.stop();
});

const database = {
  type: 'database',
  dbType: 'POSTGRES',
  jdbcUrl: 'jdbc:postgresql://db.example.com:5433/shop',
  username: 'reader',
  password: 'canary-db',
  maxPoolSize: 9,
};
const directory = {
  type: 'ldap',
  serverAddress: 'ldap://ldap.example.com',
  username: 'cn=reader',
  password: 'canary-ldap',
  baseDn: 'dc=example,dc=com',
};

/** A source connection that reads with a connection, without asking the far end. */
async function use(connection: string, name?: string) {
  const collection = await t.service.newCollection();
  const body = { connection, collection, syncImmediately: false, ...(name !== undefined && { name }) };
  return t.service.api('POST', '/tributary/v1/source-connections', body);
}

describe('connections by name and the other APIs', () => {
  it('Z10 keep a database as the source reads it, and show it as it was given', async () => {
    const name = await t.make(database);
    expect(await t.show(name)).toMatchObject({ ...database, name, useCredentials: true, minPoolSize: 1 });
    await t.on('PUT', `/${name}/`, {
      ...database,
      password: null,
      jdbcUrl: 'jdbc:postgresql://other.example.com/shop',
    });
    expect(await t.show(name)).toMatchObject({
      jdbcUrl: 'jdbc:postgresql://other.example.com/shop',
      password: 'canary-db',
    });
    const list = (await t.on('GET', '/?type=database')).body.resultList;
    expect(list).toMatchObject([{ name, password: null }]);
    const oracle = await t.make({
      ...database,
      dbType: 'ORACLE',
      jdbcUrl: 'jdbc:oracle:thin:@//db.example.com:1521/shop',
    });
    expect(await t.show(oracle)).toMatchObject({ dbType: 'ORACLE', password: 'canary-db' });
    const both = (await t.on('GET', '/?type=database')).body;
    expect(both.resultCount).toBe(2);
  });

  it('Z16 refer to certificates of the project by name, and refuse a name that there is not', async () => {
    const refused = await t.on('POST', '/people/', { ...directory, certificateName: 'x' });
    expect(refused.status).toBe(400);
    expect(refused.body).toEqual({
      error: 'bad_request',
      error_description: 'KeyStore (name: x) was not found!',
    });
    const { certificate } = makeCertificate({ name: 'ldap.example.com' });
    await t.service.api('POST', '/tributary/v1/projects/default/certificates', { name: 'Directory', certificate });
    const name = await t.make({ ...directory, certificateName: 'directory' });
    expect((await t.show(name)).certificateName).toBe('directory');
    expect((await t.on('PUT', `/${name}/`, { ...directory, certificateName: '${CERTIFICATE}' })).status).toBe(200);
    expect((await t.on('PUT', `/${name}/`, { ...directory, certificateName: 'gone' })).status).toBe(400);
    expect((await t.show(name)).certificateName).toBe('${CERTIFICATE}');
  });

  it('Z17 do not delete a connection that a source connection reads with, and say which', async () => {
    const name = await t.make(shop);
    const used = await use(name, 'People of ours');
    expect(used.status, JSON.stringify(used.body)).toBe(200);
    await t.service.api('POST', `/source-connections/${used.body.id}/run`);
    expect(await t.service.waitForJob(used.body.id)).toMatchObject({ status: 'completed' });
    const { status, body } = await t.on('DELETE', `/${name}/`);
    expect([status, body.error]).toEqual([400, 'bad_request']);
    expect(body.error_description).toContain("'People of ours'");
    await t.service.api('DELETE', `/source-connections/${used.body.id}`);
    // It was made on its own, so it is still there.
    expect((await t.show(name)).password).toBe(shop['password']);
    expect((await t.on('DELETE', `/${name}/`)).status).toBe(200);
  });

  it('Z06 rename a source connection with its connection only where they were called alike', async () => {
    const name = await t.make(shop);
    const alike = (await use(name, name)).body.id;
    const other = (await use(name, 'Another name')).body.id;
    expect((await t.on('PUT', `/${name}/`, { ...shop, name: 'people' })).status).toBe(200);
    const nameOf = async (id: string) => (await t.service.api('GET', `/source-connections/${id}`)).body.name;
    expect([await nameOf(alike), await nameOf(other)]).toEqual(['people', 'Another name']);
  });

  it('Z09 have one switch: what is off here is inactive there', async () => {
    const name = await t.make(shop);
    const { id } = (await use(name, 'Switched')).body;
    await t.on('PUT', `/${name}/`, { ...shop, enabled: false });
    expect((await t.service.api('GET', `/source-connections/${id}`)).body.status).toBe('inactive');
  });

  it('Z04 know other spellings of a type, and answer with its own', async () => {
    const name = await t.make(mail);
    const types = (await t.service.api('GET', '/tributary/v1/connection-types')).body as { id: string }[];
    expect(types.map(({ id }) => id)).toContain('email');
    const email = (await t.service.api('GET', '/tributary/v1/connection-types/email')).body;
    expect(email).toMatchObject({ id: 'email', secretFields: ['password'], fields: { type: 'object' } });
    expect((await t.show(name)).type).toBe('email');
    expect((await t.service.api('GET', '/tributary/v1/connection-types/pigeon')).status).toBe(400);
  });
});
