import type { Build } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { TemplateContext } from '../model/template.ts';
import { macroClock } from './macro-clock.ts';

/**
 * What the templates of a component see everywhere: `config`, `parameters` (also as `options`) and the clock of the macros. Make
 * it once for a component and add what its place knows: `{ ...templateContext(build, definition), record }`.
 */
export function templateContext(build: Pick<Build, 'config' | 'ctx'>, definition?: Component): TemplateContext {
  return { ...macroClock(build.ctx.clock), config: build.config, parameters: definition?.$parameters ?? {} };
}
