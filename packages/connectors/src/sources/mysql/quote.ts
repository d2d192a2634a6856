export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** A text as a literal; the session lets a backslash escape (no `NO_BACKSLASH_ESCAPES`). */
export const quoteText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
