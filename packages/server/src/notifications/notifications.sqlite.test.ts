import { sqliteHome } from '../control/testing.ts';
import { describeDelivering } from './delivering-contract.ts';
import { describeRecording } from './recording-contract.ts';

describeRecording('SQLite', sqliteHome);
describeDelivering('SQLite', sqliteHome);
