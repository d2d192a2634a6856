import { ConnectorError } from '../kit/connector-error.ts';
import type { ConnectorContext } from '../kit/context.ts';
import type { JsonObject } from '../kit/json.ts';
import { grantedCredentials } from '../manifest/configuration/granted-credentials.ts';
import { handedSettings } from '../manifest/configuration/handed-settings.ts';
import { plainConfig } from '../manifest/configuration/plain-config.ts';
import { asObject } from '../manifest/configuration/as-object.ts';
import { schemaIssues } from '../manifest/configuration/schema-check.ts';
import { secretValues } from '../manifest/configuration/secret-values.ts';
import type { SpecifiedLogin } from '../manifest/specification/oauth-of-specification.ts';
import type { ExecutableDeclaration } from './executable-declaration.ts';
import type { ExecutableOptions, ProgramConfig, ProgramSession } from './program-session.ts';

interface Opening {
  readonly declaration: ExecutableDeclaration;
  /** Of its `connectionSpecification`. */
  readonly settings: JsonObject;
  /** The sign-in of its specification, when it can be used. */
  readonly login?: SpecifiedLogin | undefined;
  readonly options: ExecutableOptions;
  readonly ctx: ConnectorContext;
}

/** What all runs of a program for one context share: above all the configuration, which the program may replace. */
export function openSession({ declaration, settings, login, options, ctx }: Opening): ProgramSession {
  let current = firstConfig({ settings, login, ctx });
  return {
    declaration,
    options,
    clock: ctx.clock,
    log: ctx.log,
    signal: ctx.signal,
    config: () => current,
    async replaceConfig(config) {
      const issues = schemaIssues(settings, config);
      if (issues.length > 0) {
        throw new ConnectorError(
          'configuration',
          `The executable ${declaration.id} replaced its settings by some that its own specification refuses: ${issues.slice(0, 3).join('; ')}. Enter the settings again.`,
        );
      }
      // What was secret before stays out of logs and messages too.
      current = { config, secrets: [...new Set([...current.secrets, ...secretsOf(settings, config)])] };
      if (ctx.keepConfiguration) await ctx.keepConfiguration(config);
      else
        ctx.log.warn({ executable: declaration.id }, 'the executable changed its settings, and nobody keeps them here');
    },
  };
}

/** What was typed in, or what a sign-in has given in place of that. */
function firstConfig({ settings, login, ctx }: Pick<Opening, 'settings' | 'login' | 'ctx'>): ProgramConfig {
  const granted = grantedCredentials(ctx.credentials);
  if (!granted || !login) {
    const config = plainConfig(ctx.config, ctx.credentials, settings);
    return { config, secrets: secretsOf(settings, config) };
  }
  const known = asObject(settings['properties']) ?? {};
  // Asked for by themselves, and put where they belong with the rest of the grant.
  const apart = Object.keys(login.settings).filter((name) => !(name in known));
  const plain = Object.entries(asObject(ctx.config) ?? {}).filter(([name]) => !apart.includes(name));
  const handed = handedSettings(Object.fromEntries(plain), login, granted);
  return { config: handed.settings, secrets: [...secretsOf(settings, handed.settings), ...handed.secrets] };
}

/** Shorter ones are in too many texts by chance. */
const secretsOf = (settings: JsonObject, config: JsonObject): readonly string[] =>
  secretValues(settings, config).filter((value) => value.length >= 4);
