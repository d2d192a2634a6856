import { ConnectorError } from '../../kit/connector-error.ts';

const SHOWN = 20;

/** Collects what is wrong, so that an author sees all of it at once. */
export class Problems {
  readonly #lines = new Set<string>();

  /** `path` is where in the manifest, as `streams[0].retriever`; empty for the manifest itself. */
  add(path: string, text: string): void {
    this.#lines.add(`${path === '' ? 'the manifest' : path}: ${text}`);
  }

  /** Throws `ConnectorError('configuration')` when there was any. */
  throwIfAny(): void {
    if (this.#lines.size === 0) return;
    const lines = [...this.#lines].slice(0, SHOWN).map((line) => `\n- ${line}`);
    const more = this.#lines.size > SHOWN ? `\n- and ${this.#lines.size - SHOWN} more` : '';
    throw new ConnectorError('configuration', `The manifest cannot be loaded.${lines.join('')}${more}`);
  }
}
