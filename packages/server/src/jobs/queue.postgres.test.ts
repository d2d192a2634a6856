import { postgresHome } from '../control/testing.ts';
import { describeQueue } from './queue-contract.ts';
import { describeScheduler } from './scheduler-contract.ts';

describeQueue('PostgreSQL', postgresHome);
describeScheduler('PostgreSQL', postgresHome);
