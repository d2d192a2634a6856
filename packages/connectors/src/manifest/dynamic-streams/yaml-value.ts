import { parse } from 'yaml';
import type { Json } from '../../kit/json.ts';

/**
 * Reads a text as YAML 1.1, and gives the text itself when it is none, or would be a date. What begins a line with a tab is
 * none either, as for the reader that manifests are written for (PyYAML).
 */
export function yamlValue(text: string): Json {
  if (/^ *\t/m.test(text)) return text;
  try {
    const value: unknown = parse(text, { version: '1.1', logLevel: 'silent', maxAliasCount: 100 });
    return isJson(value) ? value : text;
  } catch {
    return text;
  }
}

function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every((item) => isJson(item));
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).every((item) => isJson(item));
}
