import { sqliteHome } from '../control/testing.ts';
import { describeDeployments } from './deployments-contract.ts';

describeDeployments('SQLite', sqliteHome);
