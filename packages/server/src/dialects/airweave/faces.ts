/**
 * Every difference between the two faces of this dialect, one a row. `documented` is what the published pages say and
 * is served under `/v1`; `observed` is what the running system does, so that its own client and suites work unchanged.
 */
const differences = {
  prefix: { documented: '/v1', observed: '' },
  title: { documented: 'Airweave, as documented', observed: 'Airweave, as it runs' },
  /** Keeps the names of operations and schemas apart where both faces stand in one OpenAPI file. */
  operationPrefix: { documented: 'v1_', observed: '' },
  schemaSuffix: { documented: 'V1', observed: '' },
  /** The documents write `PENDING_AUTH`, the wire carries `pending_auth`. */
  statusCase: { documented: 'upper', observed: 'lower' },
  /** The documents show SYNCING right after a create, whose job is still pending; the running system calls that active. */
  pendingJob: { documented: 'syncing', observed: 'active' },
  /** The published list of statuses lacks `needs_reauth`. */
  needsReauth: { documented: 'needs_reauth', observed: 'error' },
  /** Run while running, cancel of a finished job, a collection's id that is taken: documented 409, answered 400. */
  conflictStatus: { documented: 409, observed: 400 },
  /** An expired key is told apart from an unknown one only by the running system. */
  expiredKeyStatus: { documented: 401, observed: 403 },
  /** A field that the source refuses: the documents give every 422 a list, the running system one sentence. */
  refusedFields: { documented: 'list', observed: 'sentence' },
  /** The legacy page knows no cancelled job; the legacy system returned it all the same. */
  legacyCancelledJob: { documented: 'failed', observed: 'cancelled' },
} as const;

type FaceName = 'documented' | 'observed';
type Differences = typeof differences;

/** One column of the table. */
export type Face = { readonly [Row in keyof Differences]: Differences[Row][FaceName] };

function column<Name extends FaceName>(name: Name): Face {
  return Object.fromEntries(Object.entries(differences).map(([row, cells]) => [row, cells[name]])) as unknown as Face;
}

/** Under `/v1`: what the published pages say. */
export const documented: Face = column('documented');

/** Without a prefix: what the running system does. */
export const observed: Face = column('observed');
