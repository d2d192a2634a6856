import type { Connector } from '@tributary/connectors/kit/connector';
import type { JsonObject } from '@tributary/connectors/kit/json';
import type { Actor } from '../../auth/actor.ts';
import { writeGrant } from '../../auth/oauth/stored-grant.ts';
import type { Probe } from '../../connections/probe.ts';
import { checkConfig } from '../../connections/settings.ts';
import type { ControlStore } from '../../control/database.ts';
import type { AuthMethod } from '../../control/schema.ts';
import { errors } from '../../errors.ts';
import { must } from '../../lib/asserts.ts';
import type { SourceConnectionId } from '../../lib/ids.ts';
import type { CreateInput } from '../model.ts';
import { proveNewAccount, type OutsideAccountNeeds, type ProvenAccount } from '../outside-account.ts';
import { checkCursorField, checkSettings, decideMethod, oauthScheme } from '../settings-check.ts';
import { findClient, getClient, grantOfClient, parametersOf, storedTokens } from './grant-input.ts';
import type { OAuthNeeds } from './needs.ts';
import type { PendingAuthorization } from './open-session.ts';
import { proveGrant } from './prove-grant.ts';

interface Needs extends OutsideAccountNeeds {
  readonly control: Pick<ControlStore, 'db'>;
  readonly probe: Probe;
  readonly oauth: OAuthNeeds;
}

interface Question {
  readonly connector: Connector;
  readonly config: JsonObject;
  readonly given: Pick<CreateInput, 'method' | 'credentials' | 'client' | 'tokens' | 'redirectUrl' | 'syncImmediately'>;
  readonly cursorField: string | null;
  /** Of the source connection that is being made. */
  readonly id: SourceConnectionId;
}

/** How a new source connection is authenticated, after everything that can be checked was. */
export interface PlannedAuthentication {
  readonly method: AuthMethod;
  /** For the vault. */
  readonly credentials: Readonly<Record<string, unknown>>;
  /** A person has to allow access first. */
  readonly pending: PendingAuthorization | undefined;
  /** The account of an outside vault, which has the credentials. */
  readonly outside?: ProvenAccount;
  /** False where nobody could be asked yet, so that nothing starts by itself. */
  readonly isProven?: boolean;
}

/**
 * Finds out the method and checks what it needs: credentials and tokens by a live call, a flow by whether it can begin.
 * Throws the errors of creating a source connection.
 */
export async function planAuthentication(
  needs: Needs,
  actor: Actor,
  question: Question,
): Promise<PlannedAuthentication> {
  const { connector, given } = question;
  const method = decideMethod(connector, given.method, await canAsk(needs, actor, question));
  const isFlow = method === 'oauth_browser' || method === 'oauth_byoc';
  if (isFlow && given.syncImmediately === true) throw errors.sync_immediately_unsupported({});
  if (isFlow) return planFlow(needs, actor, question, method);
  if (method === 'auth_provider') return planOutside(needs, actor, question);
  return method === 'oauth_token' ? planTokens(needs, question) : planDirect(needs, question, method);
}

async function canAsk(needs: Needs, actor: Actor, { connector, given }: Question): Promise<boolean> {
  if (given.method !== 'absent' || !oauthScheme(connector)) return false;
  const { organizationId } = actor;
  const wanted = { organizationId, connector, grant: undefined, oauthClientId: null };
  return (await findClient(needs.oauth, needs.control.db, wanted)) !== undefined;
}

async function planFlow(
  { oauth, control }: Needs,
  { organizationId }: Actor,
  { connector, config, given }: Question,
  method: AuthMethod,
): Promise<PlannedAuthentication> {
  checkConfig(connector, config);
  const parameters = parametersOf(connector, config);
  const grant = grantOfClient(given.client, parameters);
  const client = await getClient(oauth, control.db, { organizationId, connector, grant, oauthClientId: null });
  const { redirectUrl } = given;
  return {
    method,
    credentials: writeGrant(grant),
    pending: { client, parameters, redirectUrl: redirectUrl ? oauth.redirectUrls.check(redirectUrl) : null },
  };
}

async function planTokens({ probe }: Needs, question: Question): Promise<PlannedAuthentication> {
  const { connector, config, cursorField } = question;
  checkConfig(connector, config);
  const parameters = parametersOf(connector, config);
  const tokens = storedTokens(must(question.given.tokens, 'the method oauth_token comes with tokens'));
  const credentials = writeGrant(await proveGrant(probe, { connector, config, grant: { tokens, parameters } }));
  const settings = { config, credentials };
  if (cursorField !== null) await checkCursorField(probe, connector, settings, cursorField);
  return { method: 'oauth_token', credentials, pending: undefined };
}

async function planOutside(needs: Needs, actor: Actor, question: Question): Promise<PlannedAuthentication> {
  const { connector, config, cursorField, given, id } = question;
  const outside = await proveNewAccount(needs, actor, connector, { config, given: given.credentials, id });
  const { opened } = outside;
  const isProven = opened !== undefined;
  const settings = { config, credentials: {}, opened };
  if (isProven) await needs.probe.check({ connector, ...settings });
  if (isProven && cursorField !== null) await checkCursorField(needs.probe, connector, settings, cursorField);
  return { method: 'auth_provider', credentials: {}, pending: undefined, outside, isProven };
}

async function planDirect(
  { probe }: Needs,
  { connector, config, given, cursorField }: Question,
  method: AuthMethod,
): Promise<PlannedAuthentication> {
  const { credentials } = given;
  await checkSettings(probe, connector, config, credentials);
  if (cursorField !== null) await checkCursorField(probe, connector, { config, credentials }, cursorField);
  return { method, credentials, pending: undefined };
}
