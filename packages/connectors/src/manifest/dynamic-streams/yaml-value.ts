import type { Json } from '../../kit/json.ts';
import { readManifest } from '../load/read-manifest.ts';
import { yamlScalar } from '../load/yaml-scalar.ts';

/** Texts that YAML takes for one scalar, as most names are. */
const WORD = /^[\w/.](?:[\w/. -]*[\w/.-])?$/;

/**
 * Reads a text as YAML by the rules that manifests are read by, and gives the text itself when it is none. What begins a line
 * with a tab is none, as for the reader that manifests are written for (PyYAML).
 */
export function yamlValue(text: string): Json {
  if (WORD.test(text)) return yamlScalar(text);
  if (/^ *\t/m.test(text)) return text;
  try {
    return readManifest(`value:\n ${text.replaceAll('\n', '\n ')}`)['value'] ?? null;
  } catch {
    return text;
  }
}
