import { describeRenewingProcesses } from './processes-contract.ts';

describeRenewingProcesses('SQLite', async () => ({ database: async () => undefined, close: async () => undefined }));
