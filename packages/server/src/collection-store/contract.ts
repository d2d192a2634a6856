import { afterAll, beforeAll, describe } from 'vitest';
import { must } from '../lib/asserts.ts';
import { describeFencing } from './contract/fencing-contract.ts';
import { describeFilters } from './contract/filters-contract.ts';
import type { StoreUnderTest, Use } from './contract/fixtures.ts';
import { describeModel } from './contract/model-contract.ts';
import { describePurging } from './contract/purging-contract.ts';
import { describeRuns } from './contract/runs-contract.ts';
import { describeSearch } from './contract/search-contract.ts';
import { describeSweeping } from './contract/sweeping-contract.ts';
import { describeWriting } from './contract/writing-contract.ts';

export type { StoreUnderTest } from './contract/fixtures.ts';

/** What every collection store promises. `make` gives one empty store; each test has collections of its own in it. */
export function describeCollectionStore(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`the collection store on ${name}`, () => {
    let store: StoreUnderTest | undefined;
    beforeAll(async () => {
      store = await make();
    });
    afterAll(async () => {
      await store?.close();
      store = undefined;
    });
    const use: Use = () => must(store, 'made before the tests');

    describeWriting(use);
    describeFencing(use);
    describeRuns(use);
    describeSweeping(use);
    describePurging(use);
    describeSearch(use);
    describeFilters(use);
    describeModel(use);
  });
}
