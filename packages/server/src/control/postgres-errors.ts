/** Codes of `pg` and Node that mean: the connection is gone, or the server is (re)starting. */
const CONNECTION_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  // idle_in_transaction_session_timeout, admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections
  '25P03',
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);
// `pg` gives these without a code.
const CONNECTION_WORDS =
  /Connection terminated|connection error|timeout exceeded when trying to connect|has been discarded/i;

/** Serialization failure or deadlock: the server undid the transaction, and it may run again. */
export function isLostRace(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01';
}

/** The role may not do that: insufficient_privilege, of the server or of a policy. */
export function isMissingRight(error: unknown): boolean {
  return codeOf(error) === '42501';
}

/** Another row has the value of a column that must be unique: unique_violation, or what SQLite calls it. */
export function isTaken(error: unknown): boolean {
  const code = codeOf(error);
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE';
}

export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return CONNECTION_CODES.has(code) || code.startsWith('08');
  return error instanceof Error && CONNECTION_WORDS.test(error.message);
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
