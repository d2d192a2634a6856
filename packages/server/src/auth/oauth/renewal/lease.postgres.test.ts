import { postgresHome } from '../../../control/testing.ts';
import { describeRenewalLease } from './lease-contract.ts';

describeRenewalLease('PostgreSQL', postgresHome);
