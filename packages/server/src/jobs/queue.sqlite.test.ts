import { sqliteHome } from '../control/testing.ts';
import { describeLeases } from './lease-contract.ts';
import { describeQueue } from './queue-contract.ts';
import { describeScheduler } from './scheduler-contract.ts';
import { describeSchema } from './schema-contract.ts';

describeQueue('SQLite', sqliteHome);
describeLeases('SQLite', sqliteHome);
describeScheduler('SQLite', sqliteHome);
describeSchema('SQLite', sqliteHome);
