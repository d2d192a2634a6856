import { z } from 'zod';
import type { Json } from '../../kit/json.ts';
import type { RecordFailure } from '../../kit/page.ts';

const Identified = z.object({ id: z.union([z.number(), z.string()]) });

/** The rows of a list's items; an item of a shape that GitHub does not document is a failure and stops nothing. */
export function takeItems<Row>(
  items: readonly Json[],
  row: (item: Json) => Row,
  key: (id: string) => string = (id) => id,
): { readonly rows: readonly Row[]; readonly failures: readonly RecordFailure[] } {
  const rows: Row[] = [];
  const failures: RecordFailure[] = [];
  for (const item of items) {
    try {
      rows.push(row(item));
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      const id = Identified.safeParse(item).data?.id;
      const where = error.issues.map((issue) => issue.path.join('.')).join(', ');
      failures.push({
        ...(id !== undefined && { key: key(String(id)) }),
        code: 'invalid',
        message: `GitHub gave ${where} in an unknown form.`,
      });
    }
  }
  return { rows, failures };
}
