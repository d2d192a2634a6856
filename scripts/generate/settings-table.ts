import { settings, type Setting } from '@tributary/server/config';

const cell = (text: string) => text.replaceAll('|', '\\|');

/** The table of environment variables for `docs/operate.md`. */
export function settingsTable(): string {
  const rows = Object.values<Setting>(settings).map(({ env, default: value, help }) => {
    const shown = value === undefined || value === '' ? '' : `\`${value}\``;
    return `| \`${env}\` | ${cell(shown)} | ${cell(help)} |`;
  });
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n');
}
