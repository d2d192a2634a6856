import { Option, type Command } from 'commander';
import type { FieldRule, NewcomerPolicy, SelectionInput } from '@tributary/sdk/selection-model';
import { CliError } from './exit-codes.ts';
import { collect } from './session.ts';

/** What the command line may say of a selection. */
export interface SelectionOptions {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly drop?: readonly string[];
  readonly hash?: readonly string[];
  readonly mask?: readonly string[];
  readonly plain?: readonly string[];
  readonly newStreams?: NewcomerPolicy;
  readonly newFields?: NewcomerPolicy;
}

const POLICIES = ['take', 'hold', 'fail'];
const FIELD = '<stream.field>';

/** Adds the options of a selection to a command. */
export function addSelectionOptions(command: Command): Command {
  return command
    .option('--include <stream>', 'read this stream; * stands for any text; may be repeated', collect)
    .option('--exclude <stream>', 'do not read this stream; may be repeated', collect)
    .option(
      `--drop ${FIELD}`,
      'leave the field out; *.field for all streams, stream:a.b where dots could mislead',
      collect,
    )
    .option(`--hash ${FIELD}`, 'store a keyed hash instead: equal values stay equal', collect)
    .option(`--mask ${FIELD}`, 'store *** and the last 4 characters; =n behind it for another number', collect)
    .addOption(new Option('--new-streams <policy>', 'streams that come to the source').choices(POLICIES))
    .addOption(new Option('--new-fields <policy>', 'fields that come to a stream').choices(POLICIES));
}

/** Whether any of the options was given. */
export function saysAnything(options: SelectionOptions): boolean {
  const { include, exclude, drop, hash, mask, plain, newStreams, newFields } = options;
  return [include, exclude, drop, hash, mask, plain, newStreams, newFields].some((given) => given !== undefined);
}

/** Whether any of the options names a field, so that the names of the streams are needed to read it. */
export function namesFields({ drop, hash, mask, plain }: SelectionOptions): boolean {
  return [drop, hash, mask, plain].some((given) => given !== undefined);
}

/**
 * A selection with what the options say on top: lists of streams are replaced, a rule replaces the one of the same field.
 * `streams` are the names that the source has. Throws CliError('usage').
 */
export function changedSelection(
  before: SelectionInput,
  options: SelectionOptions,
  streams: readonly string[],
): SelectionInput {
  const { include, exclude, newStreams, newFields } = options;
  const place = (text: string) => placeOf(text, streams);
  const rules: FieldRule[] = [
    ...(options.drop ?? []).map((text) => ({ ...place(text), action: 'drop' as const })),
    ...(options.hash ?? []).map((text) => ({ ...place(text), action: 'hash' as const })),
    ...(options.mask ?? []).map((text) => maskRule(text, place)),
  ];
  const replaced = new Set([...rules, ...(options.plain ?? []).map(place)].map(idOf));
  return {
    streams: { ...before.streams, ...(include && { include }), ...(exclude && { exclude }) },
    fields: [...(before.fields ?? []).filter((rule) => !replaced.has(idOf(rule))), ...rules],
    ...pick('newStreams', newStreams ?? before.newStreams),
    ...pick('newFields', newFields ?? before.newFields),
  };
}

type Place = Pick<FieldRule, 'stream' | 'path'>;

const idOf = ({ stream, path }: Place): string => `${stream}\0${path}`;
const pick = (name: 'newStreams' | 'newFields', value: NewcomerPolicy | undefined) => (value ? { [name]: value } : {});

function maskRule(text: string, place: (text: string) => Place): FieldRule {
  const [, field = text, keep] = /^(.*)=(\d{1,2})$/.exec(text) ?? [];
  return { ...place(field), action: 'mask', ...(keep !== undefined && { keep: Number(keep) }) };
}

/** Names of streams have dots too, so the longest one that the source has is meant. */
function placeOf(text: string, streams: readonly string[]): Place {
  const named = ['*', ...streams]
    .filter((name) => text.startsWith(`${name}.`) || text.startsWith(`${name}:`))
    .toSorted((a, b) => b.length - a.length)[0];
  const at = named?.length ?? (text.includes(':') ? text.indexOf(':') : text.indexOf('.'));
  const [stream, path] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || path === '')
    throw new CliError('usage', `${text}: write a field as stream.field, or *.field for all streams.`);
  return { stream, path };
}
