import { describeConnector } from '../../kit/connector-contract.ts';
import { timed } from './index.ts';

describeConnector(timed, {
  http: { none: 'it asks nobody' },
  prepare: () => ({ config: { entity_count: 50, duration_seconds: 5 }, credentials: {} }),
});
