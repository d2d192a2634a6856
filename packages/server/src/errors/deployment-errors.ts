import type { Declaration } from '../errors.ts';

/** What goes wrong with deployments, beside what workers answer. Part of the catalogue. */
export const deploymentErrors = {
  /** Workers hold open connections of the connection types only; this one is read by syncs and needs no deployment. */
  connection_not_deployable: {
    kind: 'rejected',
    message: (d: { name: string; connector: string }) =>
      `Connection '${d.name}' cannot be deployed: connections of '${d.connector}' are read by syncs, not held open by workers.`,
  },
} as const satisfies Readonly<Record<string, Declaration<never>>>;
