/**
 * A connection's handle from a display name: lower case, words joined by `-`, at most 60 characters. Gives `fallback`
 * when nothing is left. Handles compare without case.
 */
export function handleFrom(name: string, fallback: string): string {
  const slug = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
  return slug === '' ? fallback : slug;
}

/** The handle itself when it is free, else with the first free number behind it: `crm`, `crm-2`, `crm-3`. */
export function freeHandle(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}
