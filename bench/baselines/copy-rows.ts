import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';

/** The rows of `COPY … TO STDOUT` in text format, split into fields; what any reader of a table pays at least. */
export async function* copyRows(url: string, table: string): AsyncGenerator<readonly string[][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rest = '';
    for await (const chunk of client.query(copyTo(`copy ${table} to stdout`))) {
      const lines = (rest + (chunk as Buffer).toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) yield lines.map((line) => line.split('\t'));
    }
  } finally {
    await client.end();
  }
}
