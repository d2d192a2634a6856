import { dynamicJudges } from './dynamic.ts';
import { connectorJudges } from './connector.ts';
import { authenticationJudges } from './authentication.ts';
import { decodersJudges } from './decoders.ts';
import { errorHandlingJudges } from './error-handling.ts';
import { loadingJudges } from './loading.ts';
import { paginatorsJudges } from './paginators.ts';
import { interpolationJudges } from './interpolation.ts';
import type { ParamJudges } from './param-table.ts';
import { recordsJudges } from './records.ts';
import { requestsJudges } from './requests.ts';
import { schemasJudges } from './schemas.ts';
import { streamsJudges } from './streams.ts';
import { transformationsJudges } from './transformations.ts';

/** Every table that we know, from the areas of the interpreter. */
export const judges: ParamJudges = {
  ...dynamicJudges,
  ...connectorJudges,
  ...authenticationJudges,
  ...decodersJudges,
  ...errorHandlingJudges,
  ...interpolationJudges,
  ...loadingJudges,
  ...paginatorsJudges,
  ...recordsJudges,
  ...requestsJudges,
  ...schemasJudges,
  ...streamsJudges,
  ...transformationsJudges,
};
