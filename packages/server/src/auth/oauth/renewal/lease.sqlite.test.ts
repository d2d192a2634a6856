import { sqliteHome } from '../../../control/testing.ts';
import { describeRenewalLease } from './lease-contract.ts';

describeRenewalLease('SQLite', sqliteHome);
