import { createHash } from 'node:crypto';
import type { Json } from '../../kit/json.ts';
import { canonicalJson } from '../model/canonical-json.ts';

/** SHA-256, as hex digits, of a value whatever the order of its keys. */
export const contentHash = (value: Json): string => createHash('sha256').update(canonicalJson(value)).digest('hex');
