import { dynamicJudges } from './dynamic.ts';
import type { ParamJudges } from './param-table.ts';

/** Every table that we know, from the areas of the interpreter. */
export const judges: ParamJudges = {
  ...dynamicJudges,
};
