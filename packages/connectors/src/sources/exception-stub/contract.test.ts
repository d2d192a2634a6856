import { describeConnector } from '../../kit/connector-contract.ts';
import { exceptionStub } from './index.ts';

describeConnector(exceptionStub, {
  http: { none: 'it asks nobody' },
  prepare: () => ({ config: { trigger_after: 10 }, credentials: {} }),
});
