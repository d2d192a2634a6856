import { sqliteHome } from '../../control/testing.ts';
import { describeAuthProviders } from './service-contract.ts';

describeAuthProviders('SQLite', sqliteHome);
