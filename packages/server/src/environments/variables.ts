import type { Secret } from '@tributary/connectors/kit/secret';
import type { Actor } from '../auth/actor.ts';
import type { Queryable } from '../control/database.ts';
import { errors } from '../errors.ts';
import { type EnvironmentId, newId, type OrganizationId, type ProjectId, type VariableId } from '../lib/ids.ts';
import { sealContext } from '../vault/sealed-places.ts';
import type { Vault } from '../vault/vault.ts';
import {
  deleteVariable,
  findVariable,
  insertVariable,
  listVariables,
  updateVariable,
  type VariableLevel,
  type VariableRow,
} from './repository.ts';
import { type EnvironmentNeeds, getEnvironment } from './service.ts';
import { openValue } from './variable-source.ts';

/** Where a variable stands: in a project, or in one environment of it. */
export interface VariablePlace {
  readonly project: string;
  /** Null: for every environment that has none of the name. */
  readonly environment: string | null;
}

/** A variable as its owner may see it. */
export interface Variable extends Omit<VariableRow, 'key_id' | 'wrapped_key' | 'ciphertext'> {
  /** Null when it is secret. */
  readonly value: string | null;
}

export interface VariableInput {
  /** Undefined: keep what is stored. */
  readonly value?: Secret | undefined;
  /** Undefined: as it is stored; a new one is plain. */
  readonly secret?: boolean | undefined;
}

/** Placeholders with these names stand for something else from now on. */
export interface VariableChange {
  readonly organizationId: OrganizationId;
  readonly projectId: ProjectId;
  /** Null: in every environment of the project. */
  readonly environmentId: EnvironmentId | null;
  readonly names: readonly string[];
}

/** What `${name}` placeholders of connections stand for. Names of variables are compared as they are, with their case. */
export interface VariableService {
  /** Those of one level, by name. @throws project_not_found, forbidden, environment_not_found */
  list(actor: Actor, place: VariablePlace): Promise<readonly Variable[]>;
  /** @throws project_not_found, forbidden, environment_not_found, variable_not_found */
  get(actor: Actor, place: VariablePlace, name: string): Promise<Variable>;
  /**
   * Makes the variable, or changes it.
   * @throws project_not_found, forbidden, environment_not_found, variable_value_missing
   */
  set(actor: Actor, place: VariablePlace, name: string, input: VariableInput): Promise<Variable>;
  /** @throws project_not_found, forbidden, environment_not_found, variable_not_found */
  delete(actor: Actor, place: VariablePlace, name: string): Promise<Variable>;
}

interface VariableNeeds extends EnvironmentNeeds {
  readonly vault: Vault;
  /** After the commit. */
  readonly onChanged?: (change: VariableChange) => void;
}

export function createVariableService(needs: VariableNeeds): VariableService {
  const { control, audit, vault } = needs;
  const show = ({ key_id, wrapped_key, ciphertext, ...row }: VariableRow): Variable => ({
    ...row,
    value: row.secret === 1 ? null : openValue(vault, { ...row, key_id, wrapped_key, ciphertext }),
  });
  const viewed = (actor: Actor, place: VariablePlace) =>
    levelOf(needs, control.db, actor, place, 'SECRETS_CERTIFICATES:VIEW');
  const changing = async (
    actor: Actor,
    place: VariablePlace,
    name: string,
    work: (tx: Queryable, level: VariableLevel) => Promise<{ readonly row: VariableRow; readonly done: string }>,
  ): Promise<Variable> => {
    const { row, level } = await control.transaction(async (tx) => {
      const found = await levelOf(needs, tx, actor, place, 'SECRETS_CERTIFICATES:MANAGE');
      const { row: changed, done } = await work(tx, found);
      await audit.record(tx, actor, { action: `variable.${done}`, subjectKind: 'variable', subjectId: changed.id });
      return { row: changed, level: found };
    });
    needs.onChanged?.({ organizationId: actor.organizationId, ...level, names: [name] });
    return show(row);
  };
  return {
    async list(actor, place) {
      return (await listVariables(control.db, actor.organizationId, await viewed(actor, place))).map(show);
    },
    async get(actor, place, name) {
      return show(await getVariable(control.db, actor, await viewed(actor, place), name));
    },
    set: (actor, place, name, input) =>
      changing(actor, place, name, (tx, level) => setVariable(needs, tx, actor, { level, name, ...input })),
    delete: (actor, place, name) =>
      changing(actor, place, name, async (tx, level) => {
        const row = await getVariable(tx, actor, level, name);
        await deleteVariable(tx, actor.organizationId, row.id);
        return { row, done: 'deleted' };
      }),
  };
}

async function levelOf(
  { projects }: VariableNeeds,
  db: Queryable,
  actor: Actor,
  { project, environment }: VariablePlace,
  needed: 'SECRETS_CERTIFICATES:VIEW' | 'SECRETS_CERTIFICATES:MANAGE',
): Promise<VariableLevel> {
  const { id: projectId } = await projects.getFor(db, actor, project, needed);
  if (environment === null) return { projectId, environmentId: null };
  return { projectId, environmentId: (await getEnvironment(db, actor, projectId, environment)).id };
}

async function getVariable(
  db: Queryable,
  { organizationId }: Actor,
  level: VariableLevel,
  name: string,
): Promise<VariableRow> {
  const row = await findVariable(db, organizationId, level, name);
  if (!row) throw errors.variable_not_found({ name });
  return row;
}

interface Wanted extends VariableInput {
  readonly level: VariableLevel;
  readonly name: string;
}

async function setVariable(needs: VariableNeeds, tx: Queryable, actor: Actor, wanted: Wanted) {
  const { organizationId } = actor;
  const { level, name } = wanted;
  const before = await findVariable(tx, organizationId, level, name);
  if (!before) {
    const row = newRow(needs, actor, wanted);
    if (await insertVariable(tx, row)) return { row, done: 'created' };
  }
  // Someone else may have made it in this moment.
  const row = before ?? (await getVariable(tx, actor, level, name));
  const changed = { ...row, ...changeOf(needs, actor, row, wanted) };
  await updateVariable(tx, organizationId, row.id, changed);
  return { row: changed, done: 'updated' };
}

function newRow({ vault, clock }: VariableNeeds, actor: Actor, { level, name, value, secret }: Wanted): VariableRow {
  if (!value) throw errors.variable_value_missing({ name, reason: 'there is none yet' });
  const id = newId<VariableId>();
  const now = clock.now();
  return {
    id,
    organization_id: actor.organizationId,
    project_id: level.projectId,
    environment_id: level.environmentId,
    name,
    secret: secret === true ? 1 : 0,
    ...vault.seal({ value }, sealContext('variable', actor.organizationId, id)),
    created_at: now,
    modified_at: now,
    created_by_email: actor.email,
    modified_by_email: actor.email,
  };
}

function changeOf({ vault, clock }: VariableNeeds, actor: Actor, row: VariableRow, { name, value, secret }: Wanted) {
  if (!value && row.secret === 1 && secret === false) {
    throw errors.variable_value_missing({ name, reason: 'a secret value is not shown by making it plain' });
  }
  return {
    ...(secret !== undefined && { secret: secret ? (1 as const) : (0 as const) }),
    ...(value && vault.seal({ value }, sealContext('variable', row.organization_id, row.id))),
    modified_at: clock.now(),
    modified_by_email: actor.email,
  };
}
