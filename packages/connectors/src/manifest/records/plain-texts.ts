import type { Json } from '../../kit/json.ts';
import { plainText } from './plain-text.ts';

/** The texts of a list of the manifest, a path for example; anything else has none. */
export const plainTexts = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? (value as readonly Json[]).map((item) => plainText(item)) : [];
