import { postgresHome } from '../control/testing.ts';
import { describeSealedValues } from './sealed-values-contract.ts';

describeSealedValues('PostgreSQL', postgresHome);
