import { ConnectorError } from '../../kit/connector-error.ts';
import type { TemplateContext } from '../model/template.ts';
import { compileTemplate } from './compile-template.ts';
import type { CompiledTemplate } from './compile-template.ts';
import { contextName } from './compile-expression.ts';
import type { Fuel } from './fuel.ts';
import { Run } from './run.ts';
import { TemplateFault } from './template-fault.ts';

/** What a template gave. */
export type Outcome =
  /** The value of a template that is one expression, before it is written as text. */
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'text'; readonly text: string }
  /** Something of an undefined value was used. */
  | { readonly type: 'undefined'; readonly reason: string };

const TAG = /\{[{%#]/;

/** Whether a text has tags; without them it stands for itself. */
export const isTemplate = (source: string): boolean => TAG.test(source);

/** The text of a source without tags, as Jinja gives it. */
export const plainText = (source: string): string => source.replaceAll(/\r\n?/g, '\n').replace(/\n$/, '');

/** A template, compiled once. */
export interface TextTemplate {
  /** What `finish` makes of the outcome, with the fuel that is left. Throws `ConnectorError('configuration')` with template and reason. */
  evaluate<Result>(context: TemplateContext, finish: (outcome: Outcome, fuel: Fuel) => Result): Result;
}

/** Compiles a text with tags. Throws `ConnectorError('configuration')` when it is not well formed. */
export function textTemplate(source: string): TextTemplate {
  const compiled = guarded(source, () => compileTemplate(source));
  return {
    evaluate: (context, finish) => {
      try {
        const run = new Run(context);
        return finish(outcomeOf(source, compiled, run), run);
      } catch (error) {
        throw error instanceof ConnectorError ? error : failure(source, error);
      }
    },
  };
}

function outcomeOf(source: string, compiled: CompiledTemplate, run: Run): Outcome {
  checkNames(compiled, run.context);
  try {
    run.spend(compiled.cost);
    if (compiled.single) return { type: 'value', value: compiled.single(run) };
    return { type: 'text', text: compiled.render(run) };
  } catch (error) {
    if (error instanceof TemplateFault) {
      if (error.kind === 'undefined') return { type: 'undefined', reason: error.message };
      // The interpreter of the manifest language gives back the template when an operation does not fit its operands.
      if (error.kind === 'type') return { type: 'text', text: source };
    }
    throw error;
  }
}

function checkNames({ wanted }: CompiledTemplate, context: TemplateContext): void {
  for (const name of wanted) {
    if (name === 'stream_state') {
      throw new TemplateFault('value', '"stream_state" is no longer available; use "stream_interval" instead');
    }
    if (contextName(context, name) === undefined)
      throw new TemplateFault('value', `the variable "${name}" is not known here`);
  }
}

function guarded<Result>(source: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw failure(source, error);
  }
}

/** Only faults of ours tell their reason: messages of the host could show values. */
function failure(source: string, error: unknown): ConnectorError {
  const reason = error instanceof TemplateFault ? error.message : 'it is too complex';
  const shown = source.length > 300 ? `${source.slice(0, 300)}…` : source;
  return new ConnectorError('configuration', `The template "${shown}" of the manifest cannot be evaluated: ${reason}.`);
}
