import { expect, test } from 'vitest';
import { probeContext, readPages } from '../../testing/connector-probe.ts';
import { fileStub } from './index.ts';

test('yields a container and one file of each kind, each with the tracking text', async () => {
  const config = { seed: 9, custom_content_prefix: 'FILE_STUB_E2E_1' };
  const streams = await fileStub.discover(probeContext(fileStub, { config }));
  const found: [string, string, boolean][] = [];
  for (const stream of streams) {
    for (const row of (await readPages(stream)).flatMap((page) => page.upserts)) {
      found.push([stream.entityType, stream.key(row), stream.text?.(row).includes('FILE_STUB_E2E_1') ?? false]);
      expect(stream.fields?.(row) ?? row).not.toHaveProperty('content');
    }
  }
  expect(found).toEqual([
    ['FileStubContainerEntity', 'file-stub-container-9', false],
    ['PdfFileStubEntity', 'born-digital-pdf-9', true],
    ['ScannedPdfFileStubEntity', 'scanned-pdf-9', true],
    ['PptxFileStubEntity', 'pptx-9', true],
    ['DocxFileStubEntity', 'docx-9', true],
    ['DocFileStubEntity', 'doc-9', true],
  ]);
});
