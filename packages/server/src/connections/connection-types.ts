import { typeAliases, typeCatalog, findType } from '@tributary/connectors/type-catalog';
import type { AnyConnectionType } from '@tributary/connectors/kit/connection-type';
import { z } from 'zod';
import { errors } from '../errors.ts';

/** A type of connections as a form or a client needs it. */
export interface DescribedType {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Other spellings that are taken for the id. */
  readonly aliases: readonly string[];
  /** Its open connections carry notifications. */
  readonly notifies: boolean;
  readonly secretFields: readonly string[];
  /** The fields whose values name certificates or key stores of the project. */
  readonly keyMaterialFields: readonly string[];
  /** JSON Schema of the fields, with titles, defaults and, for secrets, `"secret": true`. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Every type, by id. */
export async function describeTypes(): Promise<readonly DescribedType[]> {
  return Promise.all(Object.keys(typeCatalog).toSorted().map(describeType));
}

/** By id or alias. @throws connection_type_unknown */
export async function describeType(spelling: string): Promise<DescribedType> {
  const type = await findType(spelling);
  if (!type) throw errors.connection_type_unknown({ type: spelling, types: Object.keys(typeCatalog) });
  return describe(type);
}

function describe(type: AnyConnectionType): DescribedType {
  const entries = Object.entries(type.fields.shape) as [string, z.ZodType][];
  return {
    id: type.id,
    title: type.title,
    description: type.description,
    aliases: Object.keys(typeAliases).filter((alias) => typeAliases[alias] === type.id),
    notifies: type.notifies,
    secretFields: entries.filter(([, field]) => field.meta()?.['secret'] === true).map(([name]) => name),
    keyMaterialFields: type.keyMaterialFields ?? [],
    fields: z.toJSONSchema(type.fields, { io: 'input', unrepresentable: 'any' }),
  };
}
