import { z } from 'zod';

const names = z.array(z.string().min(1)).min(1).max(20);
const name = z.string().min(1);

/** How records of one stream become what people search and open, where the usual guess is wrong. Fields are dotted paths. */
const EntityFields = z.strictObject({
  key: names.optional().describe('Fields that tell records apart.'),
  text: names.optional().describe('Fields whose texts are searched.'),
  title: name.optional().describe('Field with the name that people see.'),
  url: name.optional().describe('Field with the address where a person opens the record.'),
  created_at: name.optional().describe('Field with the time at which the record was made.'),
  updated_at: name.optional().describe('Field with the time of its last change.'),
});
export type EntityFields = z.output<typeof EntityFields>;

/** The name of the option among the settings of every source that is a manifest. */
export const ENTITIES = 'entities';

/** By the names of streams. */
export const entityOptions = z.record(z.string(), EntityFields).optional().meta({
  title: 'Entities',
  description:
    'How records become entities, by stream, for example {"issues": {"title": "summary", "text": ["summary", "body"], "key": ["id"]}}.',
});

/** The options of one stream; none are the usual guesses. */
export function entityFieldsOf(config: unknown, stream: string): EntityFields {
  const parsed = entityOptions.safeParse((config as { readonly [ENTITIES]?: unknown } | undefined)?.[ENTITIES]);
  return (parsed.success && parsed.data?.[stream]) || {};
}
