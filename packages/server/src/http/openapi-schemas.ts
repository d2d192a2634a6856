import { z } from 'zod';

/** A JSON Schema as far as the documentation looks into it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly [keyword: string]: unknown;
}

const componentPath = '#/components/schemas/';

/** Schemas with an id become components of the document; everything else stands where it is used. */
export class SchemaComponents {
  readonly #components = new Map<string, JsonSchema>();

  /** The schema for requests (`input`) or answers (`output`), with references into the components. */
  add(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const {
      $schema: _,
      $defs: defs = {},
      ...root
    } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema & {
      $defs?: Record<string, JsonSchema>;
    };
    const names = new Map<string, string>();
    for (const [id, definition] of Object.entries(defs)) names.set(id, this.#nameFor(id, definition, io));
    for (const [id, definition] of Object.entries(defs)) {
      this.#components.set(names.get(id) ?? id, redirect(withoutId(definition), names));
    }
    return redirect(root, names);
  }

  /** All components, by name. */
  all(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#components].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** A schema may read differently as input and as output (defaults, transforms): then the two get two names. */
  #nameFor(id: string, definition: JsonSchema, io: 'input' | 'output'): string {
    const candidates = [id, `${id}${io === 'input' ? 'Input' : 'Output'}`];
    for (let number = 2; number < 100; number += 1) candidates.push(`${id}${number}`);
    const text = comparable(definition);
    const free = candidates.find((name) => {
      const existing = this.#components.get(name);
      return existing === undefined || comparable(existing) === text;
    });
    return free ?? id;
  }
}

function withoutId({ id: _, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

/** The text of a schema, blind to where its references lead and to its id. */
function comparable(schema: JsonSchema): string {
  return JSON.stringify(withoutId(schema)).replaceAll(componentPath, '#/$defs/');
}

function redirect(schema: JsonSchema, names: ReadonlyMap<string, string>): JsonSchema {
  const text = JSON.stringify(schema).replaceAll(/"#\/\$defs\/([^"/]+)"/g, (_, id: string) =>
    JSON.stringify(`${componentPath}${names.get(id) ?? id}`),
  );
  return JSON.parse(text) as JsonSchema;
}
