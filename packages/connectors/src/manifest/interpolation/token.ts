/** A piece of a template. `data` lies outside of tags; tags begin and end with their own tokens. */
export interface Token {
  readonly type: 'data' | 'begin' | 'end' | 'name' | 'integer' | 'float' | 'string' | 'operator' | 'eof';
  /** As written; of a string, what it stands for. Of `begin` and `end`, which tag: `{{` or `{%`. */
  readonly text: string;
}
