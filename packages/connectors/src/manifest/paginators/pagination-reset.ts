import type { Json } from '../../kit/json.ts';
import type { Component } from '../model/component.ts';

export interface PaginationReset {
  /** `reset`: the pages of the slice begin again; `split`: the slice begins again where its cursor has come to. */
  readonly action: 'reset' | 'split';
  /** For one walk: call it with the records of each page; `true` when the limit is reached and the reset is due. */
  counter(): (records: number) => boolean;
}

/** The `pagination_reset` of a retriever; `undefined` when there is none. Without limits only an error handler asks for it. */
export function buildPaginationReset(definition: Json | undefined): PaginationReset | undefined {
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) return undefined;
  const { action, limits } = definition as Component;
  const most = (limits as Component | undefined)?.['number_of_records'];
  return {
    action: action === 'SPLIT_USING_CURSOR' ? 'split' : 'reset',
    counter() {
      let count = 0;
      return (records) => {
        count += records;
        return typeof most === 'number' && count >= most;
      };
    },
  };
}
