import type { CompiledQuery, QueryResult } from 'kysely';
import type { Queryable } from './database.ts';

/** A statement that is built and compiled on first use, and afterwards only bound; for the few that every request runs. */
export type CompiledStatement<P extends readonly unknown[], R> = (
  db: Queryable,
  ...parameters: P
) => Promise<readonly R[]>;

/**
 * Building and compiling a wide statement costs more than running it. `build` gets stand-ins for the parameters and must
 * use each exactly once, in order, so that they are bound by position.
 */
export function compileOnce<P extends readonly unknown[], R>(
  build: (db: Queryable, ...parameters: P) => { compile(): CompiledQuery<R> },
): CompiledStatement<P, R> {
  // SQLite and PostgreSQL write parameters and names in different ways.
  const compiled = new Map<unknown, CompiledQuery<R>>();
  return async (db, ...parameters) => {
    const dialect = db.getExecutor().adapter.constructor;
    let statement = compiled.get(dialect);
    if (!statement) {
      statement = build(db, ...parameters).compile();
      if (!sameValues(statement.parameters, parameters))
        throw new Error('invariant broken: a compiled statement must use its parameters once each, in order');
      compiled.set(dialect, statement);
    }
    const result: QueryResult<R> = await db.executeQuery({ ...statement, parameters });
    return result.rows;
  };
}

function sameValues(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((value, place) => value === right[place]);
}
