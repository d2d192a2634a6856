import { postgresHome } from '../../../control/testing.ts';
import { describeSessions } from './sessions-contract.ts';

describeSessions('PostgreSQL', postgresHome);
