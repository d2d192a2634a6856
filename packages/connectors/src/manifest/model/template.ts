/**
 * Variables that a template sees, by name, beside the macros. Values are JSON, or the interpreter's own dates. Every
 * component gives `config` and `parameters`, and what its place adds (`record`, `response`, `stream_slice`, …).
 */
export type TemplateContext = Readonly<Record<string, unknown>>;

/** A text of a manifest that is compiled once and evaluated as often as wanted. */
export interface Interpolated<Result = unknown> {
  /** It is no template: the result is the same whatever the context. */
  readonly isConstant: boolean;
  /** Throws `ConnectorError('configuration')` with template and reason, never with values of the context. */
  evaluate(context: TemplateContext): Result;
}
