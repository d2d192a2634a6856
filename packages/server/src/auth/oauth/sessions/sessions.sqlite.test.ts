import { sqliteHome } from '../../../control/testing.ts';
import { describeSessions } from './sessions-contract.ts';

describeSessions('SQLite', sqliteHome);
