import type { Declaration } from '../errors.ts';

/** What goes wrong with projects and what they hold: environments, variables, certificates. Part of the catalogue. */
export const projectErrors = {
  /** The project is unknown, belongs to another organization, or the key has no rights in it. */
  project_not_found: { kind: 'not_found', message: (d: { name: string }) => `Project '${d.name}' not found` },
  /** A project of this name exists already; names are unique in an organization, also when they differ only in case. */
  project_exists: { kind: 'conflict', message: (d: { name: string }) => `Project '${d.name}' already exists` },
  /** `default` stays, and so does a project that has connections; the message says which it is. */
  project_not_deletable: {
    kind: 'conflict',
    message: (d: { reason: string }) => `The project cannot be deleted: ${d.reason}`,
  },
  /** `default` keeps its name: what callers do not place in a project is made in it. Make another project. */
  project_not_renamable: {
    kind: 'conflict',
    message: (d: { name: string }) => `The project '${d.name}' cannot be renamed: every organization has it`,
  },
  /** The project has no such environment. List them with `GET /tributary/v1/projects/{projectName}/environments`. */
  environment_not_found: { kind: 'not_found', message: (d: { name: string }) => `Environment '${d.name}' not found` },
  /** The project has an environment of this name already; names that differ only in case are the same. */
  environment_exists: { kind: 'conflict', message: (d: { name: string }) => `Environment '${d.name}' already exists` },
  /** `production` stays as it is in every project. Make another environment beside it. */
  environment_fixed: {
    kind: 'conflict',
    message: (d: { name: string }) =>
      `The environment '${d.name}' can be neither renamed nor deleted: every project has it`,
  },
  /** There is no variable of this name at this level; the levels are the project and each of its environments. */
  variable_not_found: { kind: 'not_found', message: (d: { name: string }) => `Variable '${d.name}' not found` },
  /** A variable that is new, or that stops to be secret, needs a value: none, null and `********` keep a stored one. */
  variable_value_missing: {
    kind: 'rejected',
    message: (d: { name: string; reason: string }) => `Give a value for '${d.name}': ${d.reason}`,
  },
  /** The project has no such certificate or key store. List them with `GET /tributary/v1/projects/{projectName}/certificates`. */
  certificate_not_found: {
    kind: 'not_found',
    message: (d: { name: string }) => `Certificate or key store '${d.name}' not found`,
  },
  /** The project has a certificate or key store of this name already; names that differ only in case are the same. */
  certificate_exists: {
    kind: 'conflict',
    message: (d: { name: string }) => `Certificate or key store '${d.name}' already exists`,
  },
  /** Connections name it. Give these another one first, or delete them. */
  certificate_in_use: {
    kind: 'conflict',
    message: (d: { name: string }) => `'${d.name}' is used by connections and cannot be deleted`,
  },
  /** What was given is no certificate or key store that can be used; the message says what is wrong and what to send. */
  certificate_unusable: { kind: 'rejected', message: (d: { reason: string }) => d.reason },
  /** A certificate in it has expired. Send a renewed one, or `allowExpired` when it has to be this one. */
  certificate_expired: {
    kind: 'rejected',
    message: (d: { subject: string; notAfter: string }) =>
      `The certificate of ${d.subject} expired at ${d.notAfter}; send a renewed one, or allowExpired: true`,
  },
} as const satisfies Readonly<Record<string, Declaration<never>>>;
