import { Command } from 'commander';
import { resultText } from '../search-result-text.ts';
import { examples, openSession } from '../session.ts';
import type { Terminal } from '../terminal.ts';

/** `tributary search <collection> <query>` */
export function searchCommand(terminal: Terminal): Command {
  return new Command('search')
    .description('search a collection')
    .argument('<collection>', 'readable id')
    .argument('<query...>', 'what to look for')
    .option('--limit <count>', 'at most so many hits', '10')
    .addHelpText('after', examples('search team-notes "how do we deploy"', 'search team-notes retry --limit 3 --json'))
    .action(async (collection: string, words: string[], options: { limit: string }, command: Command) => {
      const session = openSession(terminal, command);
      const query = words.join(' ');
      const request = { query, limit: Number(options.limit) };
      const results = await session.client.collections.search(collection, request, { signal: terminal.signal });
      session.show(results, () =>
        results.length === 0
          ? 'Nothing found.\n'
          : results.map((result, index) => resultText(terminal, result, index + 1, query)).join(''),
      );
    });
}
