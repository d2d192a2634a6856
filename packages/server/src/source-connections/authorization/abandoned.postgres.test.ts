import { postgresHome } from '../../control/testing.ts';
import { describeAbandoned } from './abandoned-contract.ts';

describeAbandoned('PostgreSQL', postgresHome);
