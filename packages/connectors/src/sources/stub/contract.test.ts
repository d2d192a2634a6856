import { describeConnector } from '../../kit/connector-contract.ts';
import { stub } from './index.ts';

describeConnector(stub, {
  http: { none: 'it asks nobody' },
  prepare: () => ({ config: { entity_count: 400 }, credentials: {} }),
});
