/** Words for a field that is missing, as a Zod error function; Zod's own tell of a type named `undefined`. */
export function fieldRequired({ input }: { readonly input?: unknown }): string | undefined {
  return input === undefined ? 'Field required' : undefined;
}
