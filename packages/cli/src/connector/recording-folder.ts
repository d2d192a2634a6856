import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectorError } from '@tributary/connectors/kit/connector-error';
import { type Exchange, parseExchanges } from '@tributary/connectors/recording/exchange';
import { type ExpectedStreams, parseExpected } from '@tributary/connectors/recording/expected-streams';
import { parseRecordedSettings, type RecordedSettings } from '@tributary/connectors/recording/recorded-settings';
import { CliError } from '../exit-codes.ts';

const RECORDED = 'recorded.json';
const SETTINGS = 'recorded-config.json';
const EXPECTED = 'expected.json';

export interface Recording {
  readonly exchanges: readonly Exchange[];
  readonly settings: RecordedSettings;
}

/** The file of the manifest, where a folder is named. Throws `CliError('usage')`. */
export async function manifestIn(place: string): Promise<string> {
  const found = await stat(place).catch(() => undefined);
  if (!found) throw new CliError('usage', `${place} is not there; \`tributary connector new ${place}\` makes it.`);
  if (!found.isDirectory()) return place;
  for (const name of ['manifest.yaml', 'manifest.yml', 'manifest.json']) {
    const path = join(place, name);
    if (await stat(path).catch(() => undefined)) return path;
  }
  throw new CliError('usage', `${place} has no manifest.yaml; \`tributary connector new ${place}\` makes one.`);
}

/** What was recorded beside a manifest. Throws `CliError('usage')`. */
export async function readRecording(folder: string): Promise<Recording> {
  const exchanges = await readPart(folder, RECORDED, parseExchanges);
  const settings = await readPart(folder, SETTINGS, parseRecordedSettings);
  if (exchanges && settings) return { exchanges, settings };
  const missing = exchanges ? SETTINGS : RECORDED;
  throw new CliError(
    'usage',
    `${join(folder, missing)} is not there: record some answers first, with \`tributary connector test ${folder} --record --config config.json\`.`,
  );
}

/** `undefined` when nothing is expected yet. Throws `CliError('usage')`. */
export async function readExpected(folder: string): Promise<ExpectedStreams | undefined> {
  return readPart(folder, EXPECTED, parseExpected);
}

export async function writeRecording(folder: string, { exchanges, settings }: Recording): Promise<void> {
  await writeFile(join(folder, RECORDED), textOf(exchanges));
  await writeFile(join(folder, SETTINGS), textOf(settings));
}

export async function writeExpected(folder: string, streams: ExpectedStreams): Promise<void> {
  await writeFile(join(folder, EXPECTED), textOf({ streams }));
}

const textOf = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

async function readPart<Part>(
  folder: string,
  name: string,
  parse: (given: unknown) => Part,
): Promise<Part | undefined> {
  const path = join(folder, name);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof ConnectorError ? error.message : 'it is no JSON.';
    throw new CliError('usage', `${path}: ${why}`);
  }
}
