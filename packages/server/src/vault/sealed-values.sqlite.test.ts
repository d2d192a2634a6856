import { sqliteHome } from '../control/testing.ts';
import { describeSealedValues } from './sealed-values-contract.ts';

describeSealedValues('SQLite', sqliteHome);
