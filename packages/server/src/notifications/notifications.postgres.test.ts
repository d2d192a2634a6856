import { postgresHome } from '../control/testing.ts';
import { describeDelivering } from './delivering-contract.ts';
import { describeRecording } from './recording-contract.ts';

describeRecording('PostgreSQL', postgresHome);
describeDelivering('PostgreSQL', postgresHome);
