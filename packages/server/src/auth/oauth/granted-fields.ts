import { Secret } from '@tributary/connectors/kit/secret';
import { errors } from '../../errors.ts';

/** What a person typed in for a machine grant, as the scheme's fields parse it. */
export type GrantedFields = Readonly<Record<string, unknown>>;

/** The error for a field that the grant cannot go on with. */
export function fieldError(name: string, message: string, code: string): Error {
  return errors.invalid_auth_fields({
    issues: [{ path: ['body', 'authentication', 'credentials', name], message, code }],
  });
}

/** The plain text of a field, `undefined` when it was left out. */
export function optionalField(fields: GrantedFields, name: string): string | undefined {
  const value = fields[name];
  const text = value instanceof Secret ? String(value.reveal()) : value;
  if (typeof text === 'number') return String(text);
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** The plain text of a field. Throws `invalid_auth_fields` when it was left out. */
export function requiredField(fields: GrantedFields, name: string): string {
  const text = optionalField(fields, name);
  if (text === undefined) throw fieldError(name, 'Field required', 'missing');
  return text;
}

/** All fields in plain text: a login's body. */
export function plainFields(fields: GrantedFields): Record<string, string> {
  return Object.fromEntries(
    Object.keys(fields).flatMap((name) => {
      const text = optionalField(fields, name);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
}

/** An address with its `{name}`s filled in; a value must be one label or segment, so that no other host or path can be made of it. */
export function filledAddress(template: string, fields: GrantedFields): string {
  return template.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = requiredField(fields, name);
    if (/^[A-Za-z\d](?:[\w-]*[A-Za-z\d])?$/.test(value)) return value;
    throw fieldError(name, 'must consist of letters, digits and hyphens', 'invalid_format');
  });
}
