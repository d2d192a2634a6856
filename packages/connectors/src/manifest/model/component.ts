import type { Json, JsonObject } from '../../kit/json.ts';

/**
 * A component of a loaded manifest: references resolved, parameters spread, old spellings renewed, validated. Fields that its
 * type does not know may be there (parameters leave them behind) and are ignored.
 */
export interface Component {
  readonly type: string;
  readonly $parameters?: JsonObject;
  readonly [field: string]: Json | undefined;
}
