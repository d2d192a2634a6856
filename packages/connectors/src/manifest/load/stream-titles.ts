import type { Json, JsonObject } from '../../kit/json.ts';
import { isJsonObject } from '../model/is-json-object.ts';

export interface TitledStream {
  /** The stream's name, or where it stands when it has none. */
  readonly title: string;
  readonly definition: JsonObject;
}

/** The streams of a manifest, those of conditions and templates among them, with what people call them. */
export function streamTitles(manifest: JsonObject): readonly TitledStream[] {
  return [...titled(manifest['streams'], 'streams'), ...titled(manifest['dynamic_streams'], 'dynamic_streams')];
}

function titled(streams: Json | undefined, path: string): readonly TitledStream[] {
  if (!Array.isArray(streams)) return [];
  return (streams as readonly Json[]).flatMap((definition, index) => {
    if (!isJsonObject(definition)) return [];
    const place = `${path}[${index}]`;
    if (definition['type'] === 'ConditionalStreams') return titled(definition['streams'], `${place}.streams`);
    const { name } = definition;
    return [{ title: typeof name === 'string' && name !== '' ? name : place, definition }];
  });
}
