import { postgresHome } from '../control/testing.ts';
import { describeLeases } from './lease-contract.ts';
import { describeQueue } from './queue-contract.ts';
import { describeScheduler } from './scheduler-contract.ts';
import { describeSchema } from './schema-contract.ts';

describeQueue('PostgreSQL', postgresHome);
describeLeases('PostgreSQL', postgresHome);
describeScheduler('PostgreSQL', postgresHome);
describeSchema('PostgreSQL', postgresHome);
