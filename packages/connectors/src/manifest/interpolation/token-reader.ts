import { LIMITS } from './limits.ts';
import { TemplateFault } from './template-fault.ts';
import type { Token } from './token.ts';

/** Goes over the tokens of a template. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.ahead(0);
  }

  ahead(count: number): Token {
    return this.#tokens[this.#at + count] ?? { type: 'eof', text: '' };
  }

  take(): Token {
    const token = this.current;
    this.#at += 1;
    return token;
  }

  is(type: Token['type'], text?: string): boolean {
    const { current } = this;
    return current.type === type && (text === undefined || current.text === text);
  }

  /** Takes the token when it is the wanted one. */
  takeIf(type: Token['type'], text?: string): boolean {
    if (!this.is(type, text)) return false;
    this.#at += 1;
    return true;
  }

  expect(type: Token['type'], text?: string): Token {
    if (!this.is(type, text)) {
      const { current } = this;
      throw new TemplateFault(
        'value',
        `expected ${text ?? type}, found ${current.type === 'eof' ? 'the end' : `"${current.text}"`}`,
      );
    }
    return this.take();
  }

  /** Bounds how deep expressions and blocks lie within each other, so that no template overflows the stack. */
  nested<Result>(read: () => Result): Result {
    this.#depth += 1;
    if (this.#depth > LIMITS.nesting) throw new TemplateFault('value', 'the template is nested too deep');
    const result = read();
    this.#depth -= 1;
    return result;
  }
}
