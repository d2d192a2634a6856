import { z } from 'zod';
import type { Breadcrumb, RecordDescription } from '../../kit/connector.ts';

export const WebPage = z.object({
  url: z.string(),
  host: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  language: z.string().optional(),
  media_type: z.string(),
  published_at: z.string().optional(),
  modified_at: z.string().optional(),
  /** The page's words; kept for search only. */
  text: z.string(),
});

export type WebPage = z.output<typeof WebPage>;

const readable = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

const partsOf = (url: URL): readonly string[] => url.pathname.split('/').filter((part) => part !== '');

/** The words to search; a title that the text begins with is not said twice. */
export function pageText({ title, description, text, url }: WebPage): string {
  const parts = [title !== undefined && text.startsWith(title) ? '' : title, description, text];
  return parts.filter((part) => part !== undefined && part !== '').join('\n\n') || url;
}

export function describePage(row: WebPage): RecordDescription {
  const url = new URL(row.url);
  const parts = partsOf(url);
  const folders = parts.slice(0, -1).map((part, at): Breadcrumb => {
    const id = `${url.origin}/${parts.slice(0, at + 1).join('/')}`;
    return { id, name: readable(part), type: 'folder' };
  });
  const createdAt = row.published_at === undefined ? undefined : Date.parse(row.published_at);
  const updatedAt = row.modified_at === undefined ? createdAt : Date.parse(row.modified_at);
  return {
    name: row.title ?? readable(parts.at(-1) ?? url.host),
    url: row.url,
    ...(createdAt !== undefined && { createdAt }),
    ...(updatedAt !== undefined && { updatedAt }),
    breadcrumbs: [{ id: url.origin, name: url.host, type: 'site' }, ...folders],
  };
}
