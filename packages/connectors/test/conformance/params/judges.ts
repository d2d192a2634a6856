import { connectorJudges } from './connector.ts';
import { decodersJudges } from './decoders.ts';
import { loadingJudges } from './loading.ts';
import { paginatorsJudges } from './paginators.ts';
import type { ParamJudges } from './param-table.ts';
import { recordsJudges } from './records.ts';
import { schemasJudges } from './schemas.ts';
import { transformationsJudges } from './transformations.ts';

/** Every table that we know, from the areas of the interpreter. */
export const judges: ParamJudges = {
  ...connectorJudges,
  ...decodersJudges,
  ...loadingJudges,
  ...paginatorsJudges,
  ...recordsJudges,
  ...schemasJudges,
  ...transformationsJudges,
};
