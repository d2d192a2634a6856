import { postgresHome } from '../../control/testing.ts';
import { describeAuthProviders } from './service-contract.ts';

describeAuthProviders('PostgreSQL', postgresHome);
