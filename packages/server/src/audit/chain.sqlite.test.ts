import { sqliteHome } from '../control/testing.ts';
import { describeAuditChain } from './chain-contract.ts';

describeAuditChain('SQLite', sqliteHome);
