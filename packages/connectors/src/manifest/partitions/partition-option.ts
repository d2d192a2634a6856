import type { Json } from '../../kit/json.ts';
import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { RequestParts } from '../model/request.ts';
import type { StreamSlice } from '../model/slice.ts';
import { requestOption } from '../requests/request-option.ts';

/** Adds the value that a partition has under `field` to the parts of a request; nothing when it has none. */
export type PartitionOption = (parts: RequestParts, slice: StreamSlice) => RequestParts;

/** What `request_option` of a router says. */
export function partitionOption(definition: Json | undefined, field: string, build: Build): PartitionOption {
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) return (parts) => parts;
  const option = requestOption(definition as Component, build);
  return (parts, slice) => {
    const value = slice.partition[field];
    return value === undefined || value === null || value === '' ? parts : option.add(parts, value);
  };
}
