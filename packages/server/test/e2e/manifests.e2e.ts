import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlayedShop, playShop, shopManifest } from '../harness/played-shop.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { spawnTributary } from '../harness/tributary-command.ts';

let t: TestService;
let shop: PlayedShop;
let folder: string;
beforeAll(async () => {
  [t, shop, folder] = await Promise.all([
    startTestService(),
    playShop(),
    mkdtemp(join(tmpdir(), 'tributary-manifest-')),
  ]);
  for (let id = 1; id <= 5; id += 1)
    shop.orders.push({
      id,
      title: `Order ${id}`,
      note: `lantern number ${id}`,
      updated_at: `2026-01-0${id}T00:00:00Z`,
    });
});
afterAll(async () => {
  await t.stop();
  await shop.close();
  await rm(folder, { recursive: true });
});

const tributary = async (...args: string[]) => {
  const { code, output } = await spawnTributary(args, { TRIBUTARY_URL: t.url, TRIBUTARY_API_KEY: t.key }).ended;
  expect(output, output).not.toContain(shop.token);
  expect(code, output).toBe(0);
  return output;
};
const search = async (collection: string, query: string): Promise<readonly string[]> => {
  const found = await t.api('GET', `/tributary/v1/collections/${collection}/search?query=${query}`);
  return found.body.hits.map((hit: { name: string }) => hit.name).toSorted();
};
const place = () => join(folder, 'shop.yaml');

describe('a manifest that was added by one command', () => {
  it('syncs into a collection, is found by search, and is read on from its state', async () => {
    await writeFile(place(), shopManifest());
    expect(await tributary('connector', 'add', place())).toContain('tributary connect shop');
    const collection = await t.newCollection();
    const connected = await t.api('POST', '/source-connections', {
      name: 'Shop',
      short_name: 'shop',
      readable_collection_id: collection,
      authentication: { credentials: { token: shop.token } },
      config: { base_url: shop.url },
      sync_immediately: true,
    });
    expect(connected.body).toMatchObject({ short_name: 'shop' });
    const first = await t.waitForJob(connected.body.id);
    expect(first, first.error).toMatchObject({ status: 'completed', entities_inserted: 5, entities_failed: 0 });
    expect(await search(collection, 'lantern')).toEqual(['Order 1', 'Order 2', 'Order 3', 'Order 4', 'Order 5']);

    const before = shop.asked.length;
    shop.orders[0]!.updated_at = '2026-02-01T00:00:00Z';
    shop.orders.push({ id: 6, title: 'Order 6', note: 'a lantern more', updated_at: '2026-02-02T00:00:00Z' });
    await t.api('POST', `/source-connections/${connected.body.id}/run`);
    const second = await t.waitForJob(connected.body.id);
    expect(second, second.error).toMatchObject({ status: 'completed', entities_inserted: 1, entities_deleted: 0 });
    expect(shop.asked.slice(before).every((asked) => asked.includes('updated_after=2026-01-05'))).toBe(true);
    expect(await search(collection, 'more')).toEqual(['Order 6']);

    // Another key in a newer version: everything is read anew, and nothing stays under the old keys.
    await writeFile(place(), shopManifest({ primaryKey: 'title' }));
    expect(await tributary('connector', 'add', place())).toContain('read from their start');
    await t.api('POST', `/source-connections/${connected.body.id}/run`);
    const third = await t.waitForJob(connected.body.id);
    expect(third, third.error).toMatchObject({ status: 'completed', entities_inserted: 6, entities_deleted: 6 });
    expect(await search(collection, 'lantern')).toHaveLength(6);

    // A version that sends requests elsewhere is looked at first.
    const address = "{{ config['base_url'] }}";
    await writeFile(place(), shopManifest({ primaryKey: 'title' }).replace(address, 'https://elsewhere.example'));
    const env = { TRIBUTARY_URL: t.url, TRIBUTARY_API_KEY: t.key };
    const refused = await spawnTributary(['connector', 'add', place()], env).ended;
    expect(refused.code).toBe(6);
    expect(refused.output).toMatch(/elsewhere\.example.*--accept-new-hosts/s);
    const taken = await tributary('connector', 'add', place(), '--accept-new-hosts');
    expect(taken).toContain('Requests go to elsewhere.example now.');
    await tributary('connector', 'use', 'shop', '2', '--accept-new-hosts');

    const used = await t.api('DELETE', '/tributary/v1/connectors/shop');
    expect(used.body.error.code).toBe('connector_in_use');
  });
});

describe('a stream whose definition breaks in a newer version', () => {
  const extra = (retriever: string) => `
  - type: DeclarativeStream
    name: prices
    primary_key: id
    retriever:
${retriever}
`;
  const requester = `        type: HttpRequester
        url: "{{ config['base_url'] }}/v1/orders"
        authenticator: {type: BearerAuthenticator, api_token: "{{ config['token'] }}"}`;
  const whole = extra(`      type: SimpleRetriever
      requester:
${requester}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [items]}}`);
  const broken = extra('      type: CustomRetriever\n      class_name: source_shop.components.Prices');

  it('keeps its entities, fails the sync with what to change, and can be left out', async () => {
    const connectors = '/tributary/v1/connectors';
    const added = await t.api('POST', connectors, { name: 'priced', manifest: shopManifest({ extra: whole }) });
    expect(added.status).toBe(201);
    const connected = await t.api('POST', '/source-connections', {
      name: 'Priced',
      short_name: 'priced',
      readable_collection_id: await t.newCollection(),
      authentication: { credentials: { token: shop.token } },
      config: { base_url: shop.url },
      sync_immediately: true,
    });
    const { id } = connected.body;
    const first = await t.waitForJob(id);
    expect(first, first.error).toMatchObject({ status: 'completed', entities_inserted: shop.orders.length + 2 });

    await t.api('PUT', `${connectors}/priced`, { manifest: shopManifest({ extra: broken }) });
    await t.api('POST', `/source-connections/${id}/run`);
    const second = await t.waitForJob(id);
    expect(second).toMatchObject({ status: 'failed', entities_deleted: 0 });
    expect(second.error).toMatch(/stream prices cannot be read.*source_shop\.components\.Prices/);

    const selection = { streams: { exclude: ['prices'] } };
    const put = await t.api('PUT', `/tributary/v1/source-connections/${id}/selection`, selection);
    expect(put.status).toBe(200);
    await t.api('POST', `/source-connections/${id}/run`);
    const third = await t.waitForJob(id);
    expect(third, third.error).toMatchObject({ status: 'completed', entities_deleted: 2 });
  });
});
