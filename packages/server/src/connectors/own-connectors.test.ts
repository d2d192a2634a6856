import { describeManifest } from '@tributary/connectors/manifest/connector/describe-manifest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shopManifest } from '../../test/harness/played-shop.ts';
import type { ControlStoreHome } from '../control/control-store-contract.ts';
import type { ControlStore } from '../control/database.ts';
import { sqliteHome } from '../control/testing.ts';
import { type ConnectorRowId, newId, type OrganizationId } from '../lib/ids.ts';
import { keptFacts, shownFacts } from './kept-facts.ts';
import type { ManifestReader } from './manifest-reader.ts';
import { manifestsHere } from './manifests-here.ts';
import { createOwnConnectors } from './own-connectors.ts';
import { insertConnector, insertVersion } from './repository.ts';

const manifest = shopManifest();
const described = describeManifest(manifest, new Map());
const organizationId = newId<OrganizationId>();

describe('connectors of an organization', () => {
  let home: ControlStoreHome;
  let control: ControlStore;
  let readings: string[];
  let manifests: ManifestReader;

  beforeEach(async () => {
    home = await sqliteHome();
    control = await home.open();
    readings = [];
    manifests = {
      describe: (content) => (readings.push('describe'), manifestsHere.describe(content)),
      load: (content) => (readings.push('load'), manifestsHere.load(content)),
    };
    await control.db.insertInto('organization').values({ id: organizationId, name: 'A', created_at: 1 }).execute();
  });
  afterEach(async () => {
    await control.close();
    await home.remove();
  });

  async function add(facts: string): Promise<void> {
    const times = { created_at: 1, created_by_email: null };
    const id = newId<ConnectorRowId>();
    const row = { id, organization_id: organizationId, name: 'shop', title: 'Our shop', version: 1, ...times };
    await insertConnector(control.db, { ...row, modified_at: 1, modified_by_email: null });
    const keys = { connector_id: id, organization_id: organizationId, version: 1, ...times };
    const content = { content_hash: described.contentHash, manifest, files: '{}', facts, origin: null };
    await insertVersion(control.db, { ...keys, ...content });
  }

  it('F1-13 are listed, and their settings taken, without their manifests being read', async () => {
    await add(keptFacts(described));
    const [connector] = await createOwnConnectors({ control, manifests }).list(organizationId);
    expect(connector).toMatchObject({ id: 'shop', title: 'Our shop', entityTypes: ['ShopOrdersEntity'] });
    expect(connector?.specified?.split({ base_url: 'u', token: 't' })).toEqual({
      config: { base_url: 'u' },
      credentials: { token: 't' },
    });
    expect(connector?.config.safeParse({ base_url: 'https://shop.example' }).success).toBe(true);
    expect(readings).toEqual([]);
  });

  it('are read by the reader when their source is asked, and then once', async () => {
    await add(keptFacts(described));
    const connector = await createOwnConnectors({ control, manifests }).find(organizationId, 'shop');
    const nothing = {} as Parameters<NonNullable<typeof connector>['discover']>[0];
    for (const _ of [1, 2]) await connector?.discover(nothing).catch(() => undefined);
    expect(readings).toEqual(['load']);
  });

  it('of an older release, which kept nothing of what they show, are described again', async () => {
    await add(JSON.stringify(described.facts));
    const own = createOwnConnectors({ control, manifests });
    const connector = await own.find(organizationId, 'shop');
    expect(connector?.entityTypes).toEqual(['ShopOrdersEntity']);
    await own.find(organizationId, 'shop');
    expect(readings).toEqual(['describe']);
  });

  it('show the same facts with and without what their source shows', () => {
    expect(shownFacts({ facts: keptFacts(described) })).toEqual(described.facts);
    expect(shownFacts({ facts: JSON.stringify(described.facts) })).toEqual(described.facts);
  });
});
