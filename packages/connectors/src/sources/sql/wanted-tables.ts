interface Choice {
  readonly include_tables: readonly string[];
  readonly exclude_tables: readonly string[];
}

/** Whether the configuration asks for a table: `table` or `schema.table`, where `*` stands for any text. */
export function isWantedTable({ include_tables, exclude_tables }: Choice, schema: string, name: string): boolean {
  const fits = (pattern: string): boolean => {
    const inner = pattern
      .split('*')
      .map((part) => RegExp.escape(part))
      .join('.*');
    return new RegExp(`^${inner}$`, 's').test(pattern.includes('.') ? `${schema}.${name}` : name);
  };
  if (exclude_tables.some(fits)) return false;
  return include_tables.length === 0 || include_tables.some(fits);
}
