import { z } from 'zod';
import type { CredentialsOf } from '../../kit/auth.ts';
import type { ConnectorContext } from '../../kit/context.ts';
import { defineConnector, type StreamDeclaration } from '../../kit/define-connector.ts';
import { anyKey, contentPrefix, seed } from '../stub/config.ts';
import { breadcrumbOf, containerOf, containerStream } from '../stub/container.ts';
import { decorate, moment, paragraphs, personName, sections, topic } from '../stub/content.ts';
import { seededRandom } from '../stub/seeded-random.ts';

const auth = anyKey('stub_key', 'file-stub', 'Stub key');
const Config = z.object({ seed, custom_content_prefix: contentPrefix });
type Context = ConnectorContext<z.output<typeof Config>, CredentialsOf<typeof auth>>;

const File = z.object({
  stub_id: z.string(),
  file_name: z.string(),
  description: z.string(),
  author: z.string(),
  page_count: z.int(),
  file_type: z.string(),
  mime_type: z.string(),
  size: z.int(),
  created_at: z.string(),
  modified_at: z.string(),
  sequence_number: z.int(),
  /** The file's text; searched, not kept among the fields. */
  content: z.string(),
});
type File = z.output<typeof File>;

interface Format {
  readonly id: string;
  readonly fileName: string;
  readonly extension: string;
  readonly description: string;
  readonly fileType: string;
  readonly mimeType: string;
}

const OPEN_XML = 'application/vnd.openxmlformats-officedocument';
const formats = [
  {
    id: 'born-digital-pdf',
    fileName: 'born_digital_pdf',
    extension: '.pdf',
    description: 'Born-digital PDF with embedded text layer',
    fileType: 'document',
    mimeType: 'application/pdf',
  },
  {
    id: 'scanned-pdf',
    fileName: 'scanned_pdf',
    extension: '.pdf',
    description: 'Scanned PDF with recognised text',
    fileType: 'document',
    mimeType: 'application/pdf',
  },
  {
    id: 'pptx',
    fileName: 'presentation',
    extension: '.pptx',
    description: 'PPTX presentation with slide text',
    fileType: 'presentation',
    mimeType: `${OPEN_XML}.presentationml.presentation`,
  },
  {
    id: 'docx',
    fileName: 'document',
    extension: '.docx',
    description: 'DOCX document with paragraph text',
    fileType: 'document',
    mimeType: `${OPEN_XML}.wordprocessingml.document`,
  },
  {
    id: 'doc',
    fileName: 'legacy_document',
    extension: '.doc',
    description: 'Legacy DOC document with paragraph text',
    fileType: 'document',
    mimeType: 'application/msword',
  },
] as const satisfies readonly Format[];

const containerFor = (recordSeed: number) =>
  containerOf({
    prefix: 'file-stub-container',
    title: 'File Stub Container',
    description: 'Container for tests of files',
    seed: recordSeed,
    entityCount: formats.length,
  });

function fileOf(format: Format, index: number, config: z.output<typeof Config>): File {
  const random = seededRandom(config.seed, index);
  const parts = random.between(2, 5);
  const body = sections(random, 'Section', parts, () => paragraphs(random, 2, 4));
  const content = decorate(random, `Stub ${topic(random)}\n\n${body}`, config);
  return {
    stub_id: `${format.id}-${config.seed}`,
    file_name: `${format.fileName}_${config.seed}${format.extension}`,
    description: format.description,
    author: personName(random),
    page_count: parts,
    file_type: format.fileType,
    mime_type: format.mimeType,
    size: Buffer.byteLength(content),
    created_at: moment(random, index),
    modified_at: moment(random, index + 1),
    sequence_number: index,
    content,
  };
}

function fileStream(at: 0 | 1 | 2 | 3 | 4, title: string, entityType: string): StreamDeclaration<Context, File, never> {
  const format = formats[at];
  return {
    title,
    entityType,
    row: File,
    primaryKey: ['stub_id'],
    key: (row) => row.stub_id,
    text: (row) => `${row.file_name}\n${row.description}\n\n${row.content}`,
    fields: ({ content: _, ...rest }) => rest,
    describe: (row) => ({
      name: row.file_name,
      url: `file-stub://${format.id}/${row.file_name}`,
      createdAt: Date.parse(row.created_at),
      updatedAt: Date.parse(row.modified_at),
      breadcrumbs: [breadcrumbOf(containerFor(Number(row.stub_id.split('-').at(-1))), 'FileStubContainerEntity')],
    }),
    async *read({ config }) {
      yield { upserts: [fileOf(format, at, config)] };
    },
  };
}

/** One file of each kind, with text in which a given string can be found again. */
export const fileStub = defineConnector(
  {
    id: 'file_stub',
    title: 'File Stub',
    description: 'Makes up one file of each kind, with text from a seed, for tests.',
    labels: ['Internal', 'Testing'],
    internal: true,
    auth,
    config: Config,
    limits: { requestsPerMinute: 60_000, concurrency: 6 },
    check: ({ config }) => Promise.resolve({ account: `file stub seed ${config.seed}` }),
  },
  (stream) => ({
    containers: stream(containerStream('FileStubContainerEntity', ({ seed: given }) => containerFor(given))),
    pdf_files: stream(fileStream(0, 'PDF files', 'PdfFileStubEntity')),
    scanned_pdf_files: stream(fileStream(1, 'Scanned PDF files', 'ScannedPdfFileStubEntity')),
    pptx_files: stream(fileStream(2, 'PPTX files', 'PptxFileStubEntity')),
    docx_files: stream(fileStream(3, 'DOCX files', 'DocxFileStubEntity')),
    doc_files: stream(fileStream(4, 'DOC files', 'DocFileStubEntity')),
  }),
);
