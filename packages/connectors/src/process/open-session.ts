import { ConnectorError } from '../kit/connector-error.ts';
import type { ConnectorContext } from '../kit/context.ts';
import type { JsonObject } from '../kit/json.ts';
import { plainConfig } from '../manifest/configuration/plain-config.ts';
import { schemaIssues } from '../manifest/configuration/schema-check.ts';
import { secretValues } from '../manifest/configuration/secret-values.ts';
import type { ExecutableDeclaration } from './executable-declaration.ts';
import type { ExecutableOptions, ProgramConfig, ProgramSession } from './program-session.ts';

interface Opening {
  readonly declaration: ExecutableDeclaration;
  /** Of its `connectionSpecification`. */
  readonly settings: JsonObject;
  readonly options: ExecutableOptions;
  readonly ctx: ConnectorContext;
}

/** What all runs of a program for one context share: above all the configuration, which the program may replace. */
export function openSession({ declaration, settings, options, ctx }: Opening): ProgramSession {
  const first = plainConfig(ctx.config, ctx.credentials, settings);
  let current: ProgramConfig = { config: first, secrets: secretValues(settings, first) };
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
      current = { config, secrets: [...new Set([...current.secrets, ...secretValues(settings, config)])] };
      if (ctx.keepConfiguration) await ctx.keepConfiguration(config);
      else
        ctx.log.warn({ executable: declaration.id }, 'the executable changed its settings, and nobody keeps them here');
    },
  };
}
