import { printable, styled, type Terminal } from './terminal.ts';

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  value(row: Row): string | number | null | undefined;
}

const GAP = '  ';

function cell(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return value.toLocaleString('en-US');
  return printable(value.replace(/\s+/g, ' '));
}

/** Aligned columns under their titles; the last one is cut where the terminal ends. Ends with a line break. */
export function table<Row>(
  terminal: Pick<Terminal, 'interactive' | 'env' | 'columns'>,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string {
  const texts = rows.map((row) => columns.map((column) => cell(column.value(row))));
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...texts.map((row) => (row[index] ?? '').length)),
  );
  const line = (cells: readonly string[]) => {
    const padded = cells.map((text, index) => {
      const width = widths[index] ?? 0;
      return columns[index]?.align === 'right' ? text.padStart(width) : text.padEnd(width);
    });
    const whole = padded.join(GAP).trimEnd();
    return terminal.interactive && whole.length > terminal.columns ? `${whole.slice(0, terminal.columns - 1)}…` : whole;
  };
  const head = styled(terminal, 'dim', line(columns.map((column) => column.title)));
  return [head, ...texts.map(line)].map((text) => `${text}\n`).join('');
}

/** `name  value` lines; entries without a value are left out. */
export function facts(
  entries: readonly (readonly [name: string, value: string | number | null | undefined])[],
): string {
  const shown = entries.map(([name, value]) => [name, cell(value)] as const).filter(([, value]) => value !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}${GAP}${value}\n`).join('');
}
