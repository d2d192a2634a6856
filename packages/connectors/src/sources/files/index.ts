import { none } from '../../kit/auth.ts';
import { defineConnector } from '../../kit/define-connector.ts';
import { FilesCursor } from './change-tracker.ts';
import { FilesConfig } from './config.ts';
import { describeDocument, Document, documentText, readDocuments } from './documents.ts';

/** Documents, notes and code below a folder of the host. */
export const files = defineConnector(
  {
    id: 'files',
    title: 'Files',
    description:
      'Documents, notes and code in a folder of the host: text, Markdown, HTML, PDF, Word, Excel, CSV and JSON.',
    labels: ['files'],
    auth: [none],
    config: FilesConfig,
    endpoint: ['path'],
    limits: { requestsPerMinute: 60_000, concurrency: 8 },
    touches: 'files',
    continuous: { everySeconds: 30 },
    async check(ctx) {
      const folder = await ctx.files.resolve(ctx.config.path);
      for await (const _entry of ctx.files.walk(ctx.config.path, { signal: ctx.signal })) break;
      return { account: folder };
    },
  },
  (stream) => ({
    documents: stream({
      title: 'Documents',
      entityType: 'FileDocumentEntity',
      row: Document,
      cursor: FilesCursor,
      primaryKey: ['path'],
      incremental: true,
      key: (row) => row.path,
      text: documentText,
      describe: describeDocument,
      fields: ({ text: _text, ...kept }) => kept,
      read: readDocuments,
    }),
  }),
);
