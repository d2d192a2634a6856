import { postgresHome } from '../control/testing.ts';
import { describeDeployments } from './deployments-contract.ts';

describeDeployments('PostgreSQL', postgresHome);
