import { sqliteHome } from '../../control/testing.ts';
import { describeAbandoned } from './abandoned-contract.ts';

describeAbandoned('SQLite', sqliteHome);
