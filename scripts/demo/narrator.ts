import type { SearchResult } from '@tributary/sdk/model';
import { duration } from '@tributary/cli/progress-bar';
import { resultText } from '@tributary/cli/search-result-text';
import { table, type Column } from '@tributary/cli/table';
import { processTerminal, styled, type Style, type Terminal } from '@tributary/cli/terminal';

const INDENT = '   ';
/** Column of the times. */
const TIMES_AT = 56;

/** Tells what the demo does: numbered headings, and everything below them indented. */
export class Narrator {
  readonly terminal: Terminal;
  #step = 0;

  constructor(signal: AbortSignal) {
    this.terminal = processTerminal(signal);
  }

  heading(text: string): void {
    this.#step += 1;
    this.terminal.out(`\n${this.#styled('bold', `${this.#step}  ${text}`)}\n`);
  }

  line(text: string): void {
    this.terminal.out(`${INDENT}${text}\n`);
  }

  /** Something that has been checked, and holds. */
  holds(text: string): void {
    this.line(`${this.#styled('green', '✓')} ${text}`);
  }

  timed(text: string, milliseconds: number, style?: Style): void {
    const padded = text.padEnd(TIMES_AT);
    const told = style === undefined ? padded : this.#styled(style, padded);
    this.line(`${told}  ${this.#styled('dim', duration(milliseconds).padStart(9))}`);
  }

  table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): void {
    const lines = table(this.terminal, columns, rows).trimEnd().split('\n');
    for (const line of lines) this.line(line);
  }

  results(query: string, results: readonly SearchResult[], milliseconds: number): void {
    this.terminal.out('\n');
    this.timed(`“${query}”`, milliseconds, 'bold');
    for (const [index, result] of results.entries())
      for (const line of resultText(this.terminal, result, index + 1, query)
        .trimEnd()
        .split('\n'))
        this.line(line);
  }

  failed(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.terminal.err(`\n${this.#styled('red', 'The demo failed:')} ${why}\n`);
  }

  #styled(style: Style, text: string): string {
    return styled(this.terminal, style, text);
  }
}
