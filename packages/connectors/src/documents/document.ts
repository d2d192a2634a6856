import { z } from 'zod';
import type { Breadcrumb } from '../kit/connector.ts';
import { mediaTypeOf } from './media-types.ts';

/** The fields that a document has wherever it lies. */
export const documentFields = {
  name: z.string(),
  size: z.number(),
  media_type: z.string(),
  language: z.string().optional(),
  title: z.string().optional(),
  /** The file's words; kept for search only. */
  text: z.string().optional(),
};

/** What path and size (bytes) tell about a file that is not opened. */
export function unopened(path: string, size: number) {
  const { mediaType, language } = mediaTypeOf(path);
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    size,
    media_type: mediaType,
    ...(language !== undefined && { language }),
  };
}

/** The folders on the way down to a file, outermost first; `/` stands between the parts of a path. */
export function folderBreadcrumbs(path: string): readonly Breadcrumb[] {
  const folders = path.split('/').slice(0, -1);
  return folders.flatMap((name, index) =>
    name === '' ? [] : [{ id: folders.slice(0, index + 1).join('/'), name, type: 'folder' }],
  );
}
