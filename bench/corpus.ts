import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** A small repeatable generator (mulberry32): the same seed gives the same corpus on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const syllables =
  'ba be bi bo bu da de di do du fa fe fi ka ke ki ko la le li lo ma me mi mo na ne no pa pe po ra re ri ro sa se so ta te ti to va ve vo za zo'.split(
    ' ',
  );

/** 20,000 made-up words; a low index is drawn far more often than a high one, as in real text. */
export function vocabulary(random: () => number): readonly string[] {
  const words = new Set<string>();
  while (words.size < 20_000) {
    const length = 2 + Math.floor(random() * 3);
    words.add(Array.from({ length }, () => syllables[Math.floor(random() * syllables.length)]).join(''));
  }
  return [...words];
}

/** Text of about `bytes` characters with Zipf-like word frequencies. */
export function text(words: readonly string[], random: () => number, bytes: number): string {
  let line = '';
  while (line.length < bytes) line += `${words[Math.floor(words.length * random() ** 3)]} `;
  return line.slice(0, bytes).trimEnd();
}

/** Two to four words each, common and rare ones, of the corpus with the same seed. */
export function queriesOf(count: number, seed: number): readonly string[] {
  const random = seeded(seed);
  const words = vocabulary(random);
  return Array.from({ length: count }, () =>
    Array.from({ length: 2 + Math.floor(random() * 3) }, () => words[Math.floor(words.length * random() ** 2)]).join(
      ' ',
    ),
  );
}

/** Fills a table of the public schema with rows of about 1 KB: id, title, body, author, updated_at, which has an index as a cursor's column should. */
export async function fillArticles(url: string, rows: number, table = 'article'): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`drop table if exists ${table};
    create table ${table} (id bigint primary key, title text not null, body text not null, author text, score integer, updated_at timestamptz not null)`);
  const random = seeded(7);
  const words = vocabulary(random);
  const lines = function* () {
    for (let id = 1; id <= rows; id += 1) {
      const stamp = new Date(1_700_000_000_000 + id * 1000).toISOString();
      yield `${id}\t${text(words, random, 60)}\t${text(words, random, 850)}\t${words[id % 500]}\t${id % 97}\t${stamp}\n`;
    }
  };
  await pipeline(Readable.from(lines()), client.query(copyFrom(`copy ${table} from stdin`)));
  await client.query(`create index on ${table} (updated_at)`);
  await client.query(`analyze ${table}`);
  await client.end();
}
