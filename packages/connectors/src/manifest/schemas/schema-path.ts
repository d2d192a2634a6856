/**
 * A schema's path as the CDK divides it: the Python package that it names first, and the path in it. Manifests carry the package
 * of the connector that they come from.
 */
export function schemaPath(path: string): { readonly resource: string; readonly path: string } {
  const parts = path.split('/');
  const [first = '', ...rest] = parts[0] === '' || parts[0] === '.' ? parts.slice(1) : parts;
  return rest.length === 0 ? { resource: '', path: first } : { resource: first, path: rest.join('/') };
}
