import { describeConnector } from '../../kit/connector-contract.ts';
import { fileStub } from './index.ts';

describeConnector(fileStub, { http: { none: 'it asks nobody' }, prepare: () => ({ config: {}, credentials: {} }) });
