import { ConnectorError } from '../../kit/connector-error.ts';

const SHOWN = 20;
/** Names of a manifest may be of any length; a line of the message is not. */
const LONGEST_PATH = 200;
const LONGEST_TEXT = 500;

/** Collects what is wrong, so that an author sees all of it at once. */
export class Problems {
  readonly #lines = new Set<string>();
  #more = 0;

  /** `path` is where in the manifest, as `streams[0].retriever`; empty for the manifest itself. */
  add(path: string, text: string): void {
    const line = `${path === '' ? 'the manifest' : cut(path, LONGEST_PATH)}: ${cut(text, LONGEST_TEXT)}`;
    if (this.#lines.size < SHOWN) this.#lines.add(line);
    else if (!this.#lines.has(line)) this.#more += 1;
  }

  /** Throws `ConnectorError('configuration')` when there was any. */
  throwIfAny(): void {
    if (this.#lines.size === 0) return;
    const lines = [...this.#lines].map((line) => `\n- ${line}`);
    const more = this.#more > 0 ? `\n- and ${this.#more} more` : '';
    throw new ConnectorError('configuration', `The manifest cannot be loaded.${lines.join('')}${more}`);
  }
}

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);
