import { z } from 'zod';
import { documentFields, folderBreadcrumbs, unopened } from '../../documents/document.ts';
import type { RecordDescription } from '../../kit/connector.ts';
import type { GitFile } from './git-tree.ts';
import { websiteOf } from './github-api.ts';
import { repositoryId } from './repositories.ts';
import { repositoryCrumb } from './rows.ts';

export const FileRow = z.object({
  repository: z.string(),
  path: z.string(),
  sha: z.string(),
  url: z.string(),
  ...documentFields,
});

export type FileRow = z.output<typeof FileRow>;

export const fileKey = (row: Pick<FileRow, 'repository' | 'path'>): string =>
  `${repositoryId(row.repository)}/${row.path}`;

/** What the tree tells of a file that is not opened. */
export function fileRow(baseUrl: string, repository: string, { path, sha, size }: GitFile): FileRow {
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  return {
    repository,
    path,
    sha,
    url: `${websiteOf(baseUrl)}/${repository}/blob/HEAD/${escaped}`,
    ...unopened(path, size),
  };
}

/** The words to search; a file without any is found by its path. */
export const fileText = (row: FileRow): string => row.text ?? row.path.replaceAll('/', ' ');

export const describeFile = (row: FileRow): RecordDescription => ({
  name: row.title ?? row.name,
  url: row.url,
  breadcrumbs: [repositoryCrumb(row.repository), ...folderBreadcrumbs(row.path)],
});
