import { describeConnector } from '../../kit/connector-contract.ts';
import { incrementalStub } from './index.ts';

describeConnector(incrementalStub, {
  http: { none: 'it asks nobody' },
  prepare: () => ({ config: { entity_count: 3_000 }, credentials: {} }),
});
