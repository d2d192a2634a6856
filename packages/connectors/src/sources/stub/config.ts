import { z } from 'zod';
import type { AuthScheme } from '../../kit/auth.ts';
import { direct } from '../../kit/auth.ts';

const weight = (title: string, usual: number) => z.int().min(0).default(usual).meta({ title });

export const seed = z.int().default(42).meta({ title: 'Seed', description: 'The same seed gives the same records.' });
export const contentPrefix = z
  .string()
  .nullish()
  .meta({ title: 'Custom content prefix', description: 'Text put in front of every content, to be searched for.' });

export const StubConfig = z.object({
  entity_count: z
    .int()
    .min(0)
    .default(10)
    .meta({ title: 'Entity count', description: 'Records beside the container.' }),
  seed,
  generation_delay_ms: z
    .int()
    .min(0)
    .default(0)
    .meta({ title: 'Delay', description: 'Milliseconds after each record.' }),
  small_entity_weight: weight('Small entity weight', 30),
  medium_entity_weight: weight('Medium entity weight', 30),
  large_entity_weight: weight('Large entity weight', 10),
  small_file_weight: weight('Small file weight', 15),
  large_file_weight: weight('Large file weight', 5),
  code_file_weight: weight('Code file weight', 10),
  inject_special_tokens: z.boolean().default(false).meta({ title: 'Inject special tokens' }),
  custom_content_prefix: contentPrefix,
  fail_after: z
    .int()
    .min(-1)
    .default(-1)
    .meta({ title: 'Fail after', description: 'Fail after so many records; -1 never.' }),
});
export type StubConfig = z.output<typeof StubConfig>;

/** The test sources ask for a key and take any; it is there so that a connection has a credential. */
export function anyKey<const Name extends string>(name: Name, usual: string, title: string) {
  const field = z.string().default(usual).meta({ title, description: 'Any value works.' });
  return [direct(z.object({ [name]: field } as Record<Name, typeof field>))] as const satisfies readonly AuthScheme[];
}
