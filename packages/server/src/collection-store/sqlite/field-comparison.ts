import { bind, type Comparison, compareNumber, compareText, or, type SqlFragment } from './comparison.ts';

/**
 * Compares a field of the record itself, given as a dotted path; a field whose own name has dots is found as well. A
 * list holds when one of its elements does. Numbers compare with numbers; text compares with anything as it is written.
 */
export function compareField(path: string, comparison: Comparison): SqlFragment {
  const segments = path.toWellFormed().split('.');
  const paths = segments.length > 1 ? [[path.toWellFormed()], segments] : [segments];
  const held = compareElement(comparison);
  return or(
    paths.map((labels) =>
      bind(`EXISTS (SELECT 1 FROM json_each(b.payload, ?) field WHERE ${held.sql})`, jsonPath(labels), ...held.values),
    ),
  );
}

/** JSON's way to quote is SQLite's too, so a label can hold any character. */
function jsonPath(labels: readonly string[]): string {
  return ['$', ...labels.map((label) => JSON.stringify(label))].join('.');
}

function compareElement(comparison: Comparison): SqlFragment {
  const { operator, operands } = comparison;
  if (operator !== 'contains' && operands.length > 0 && operands.every((operand) => typeof operand === 'number')) {
    const inner = compareNumber('field.value', comparison);
    return bind(`field.type IN ('integer', 'real') AND ${inner.sql}`, ...inner.values);
  }
  // SQL has no booleans: json_each gives 1 and 0 for them.
  const text = "CASE field.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(field.value AS TEXT) END";
  return compareText(text, comparison);
}
