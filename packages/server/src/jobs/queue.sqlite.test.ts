import { sqliteHome } from '../control/testing.ts';
import { describeQueue } from './queue-contract.ts';
import { describeScheduler } from './scheduler-contract.ts';

describeQueue('SQLite', sqliteHome);
describeScheduler('SQLite', sqliteHome);
