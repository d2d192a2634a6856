import type { Json } from '../../kit/json.ts';

const NULL = /^(?:~|null|Null|NULL|)$/;
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const DECIMAL = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const OTHER_BASE = /^([-+]?)0(b[01_]+|x[0-9a-fA-F_]+|[0-7_]+)$/;
const SIXTIES = /^[-+]?(?:[1-9][0-9_]*(?::[0-5]?[0-9])+|[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)$/;
const FLOAT = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?$/;

/**
 * What an unquoted YAML text means, by the rules of YAML 1.1 as PyYAML applies them, because manifests were written against it:
 * `yes` is a boolean, `012` octal, `1e3` a text. Dates stay texts, and so do infinity and "not a number", which JSON lacks.
 *
 * https://yaml.org/type/
 */
export function yamlScalar(text: string): Json {
  if (NULL.test(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  // Most texts are words; only what begins like a number can be one.
  if (!/^[-+.0-9]/.test(text)) return text;
  return yamlNumber(text) ?? text;
}

function yamlNumber(text: string): number | undefined {
  const plain = text.replaceAll('_', '');
  if (DECIMAL.test(text) || FLOAT.test(text)) return Number(plain);
  const [, sign, digits] = OTHER_BASE.exec(plain) ?? [];
  if (digits !== undefined) {
    const value = /^[bx]/.test(digits) ? Number(`0${digits}`) : Number.parseInt(digits, 8);
    return sign === '-' ? -value : value;
  }
  if (!SIXTIES.test(text)) return undefined;
  const [first, ...rest] = plain.replace(/^[-+]/, '').split(':');
  const value = rest.reduce((sum, digit) => sum * 60 + Number(digit), Number(first));
  return text.startsWith('-') ? -value : value;
}
