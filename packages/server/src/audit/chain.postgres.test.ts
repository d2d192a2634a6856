import { postgresHome } from '../control/testing.ts';
import { describeAuditChain } from './chain-contract.ts';

describeAuditChain('PostgreSQL', postgresHome);
