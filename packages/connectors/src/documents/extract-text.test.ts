import { deflateRawSync } from 'node:zlib';
import { zipSync, strToU8 } from 'fflate';
import { describe, expect, test } from 'vitest';
import { extractText } from './extract-text.ts';
import { mediaTypeOf } from './media-types.ts';
import { checkZip, MOST_UNPACKED_BYTES } from './zip-limits.ts';

const signal = new AbortController().signal;
const extract = (name: string, bytes: Buffer | string) =>
  extractText(mediaTypeOf(name), Buffer.from(bytes as string), signal);

/** A PDF of pages with one line each, with its cross-reference table as ISO 32000 §7.5.4 wants it. */
function pdf(title: string, lines: readonly string[]): Buffer {
  const pages = lines.map((_, at) => `${4 + at * 2} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${pages}] /Count ${lines.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...lines.flatMap((line, at) => {
      const content = `BT /F1 12 Tf 72 700 Td (${line}) Tj ET`;
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${5 + at * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
        `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      ];
    }),
    `<< /Title (${title}) >>`,
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, at) => {
    const offset = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return String(offset).padStart(10, '0');
  });
  const table = offsets.map((offset) => `${offset} 00000 n \n`).join('');
  return Buffer.from(
    `${text}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${text.length}\n%%EOF`,
  );
}

const zip = (entries: Readonly<Record<string, string>>): Buffer =>
  Buffer.from(zipSync(Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, strToU8(text)]))));

const docx = (prolog: string, ...paragraphs: readonly string[]): Buffer =>
  zip({
    '[Content_Types].xml':
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    '_rels/.rels':
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
    'word/document.xml': `${prolog}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${paragraphs.map((text) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`).join('')}</w:body></w:document>`,
  });

const xlsx = (): Buffer =>
  zip({
    '[Content_Types].xml':
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    '_rels/.rels':
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    'xl/_rels/workbook.xml.rels':
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    'xl/workbook.xml':
      '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Budget" sheetId="1" r:id="r1"/></sheets></workbook>',
    'xl/worksheets/sheet1.xml':
      '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>item</t></is></c><c r="B1"><v>42.5</v></c></row><row r="2"><c r="A2" t="b"><v>1</v></c></row></sheetData></worksheet>',
  });

describe('text of documents', () => {
  test('reads PDF pages and the title', async () => {
    expect(await extract('a.pdf', pdf('The report', ['First page words', 'Second page words']))).toEqual({
      title: 'The report',
      text: 'First page words\n\nSecond page words',
    });
  });

  test('reads Word paragraphs', async () => {
    expect(await extract('a.docx', docx('', 'Dear reader', 'Yours'))).toEqual({ text: 'Dear reader\n\nYours' });
  });

  test('reads Excel sheets, a row a line', async () => {
    expect(await extract('a.xlsx', xlsx())).toEqual({ text: 'Budget\nitem\t42.5\ntrue' });
  });

  test('reads what a page shows and nothing of its scripts', async () => {
    const html =
      '<html><head><title> My\n page </title><style>x{}</style></head><body><h1>Head</h1><p>One  <b>two</b></p><script>evil()</script><table><tr><td>a</td><td>b</td></tr></table></body></html>';
    expect(await extract('a.html', html)).toEqual({ title: 'My page', text: 'Head\n\nOne two\n\na\tb' });
    expect(await extract('b.html', '<h1>Only <i>head</i></h1>text')).toEqual({
      title: 'Only head',
      text: 'Only head\ntext',
    });
  });

  test.each([
    ['# First\n## Second', 'First'],
    ['---\ntitle: "From front matter"\n---\n# Not this', 'From front matter'],
    ['Underlined\n==========\ntext', 'Underlined'],
    ['no heading at all', undefined],
  ])('finds the title of %j', async (text, title) => {
    expect((await extract('a.md', text))?.title).toBe(title);
  });

  test('G4-11 reads text with a byte order mark, broken bytes and NUL', async () => {
    expect((await extract('a.txt', Buffer.from('\ufeffé\0x')))?.text).toBe('éx');
    expect((await extract('a.txt', Buffer.from([0xff, 0xfe, 0x41, 0x00])))?.text).toBe('A');
    expect((await extract('a.txt', Buffer.from([0x63, 0xe9])))?.text).toBe('c\ufffd');
  });

  test('takes code and data as they are, and names the language', async () => {
    expect(mediaTypeOf('src/Main.TS')).toMatchObject({ language: 'typescript' });
    expect(await extract('a.json', '{"a":1}')).toEqual({ text: '{"a":1}' });
    expect(await extract('Dockerfile', 'FROM x')).toEqual({ text: 'FROM x' });
  });

  test('looks into files without a known ending, and reads no binary', async () => {
    expect(await extract('LICENSE', 'Permission is granted')).toEqual({ text: 'Permission is granted' });
    expect(await extract('core', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]))).toBeUndefined();
    expect(await extract('photo.jpg', 'not even opened')).toBeUndefined();
  });
});

describe('files that are meant to hurt', () => {
  test('F1-13 refuses an archive that claims or holds more than it may unpack', async () => {
    const bomb = zip({ 'word/document.xml': ' '.repeat(MOST_UNPACKED_BYTES + 1) });
    expect(bomb.length).toBeLessThan(200_000);
    await expect(extract('a.docx', bomb)).rejects.toMatchObject({ code: 'too_large' });
    await expect(extract('a.xlsx', bomb)).rejects.toMatchObject({ code: 'too_large' });
    const liar = Buffer.from(bomb);
    const entry = liar.lastIndexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    liar.writeUInt32LE(100, entry + 24);
    expect(() => checkZip(liar)).toThrow(/unpacks to more/);
  });

  test('F1-13 adds up what overlapping entries unpack to', () => {
    const packed = deflateRawSync(Buffer.alloc(1_000_000));
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    const count = 100;
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(count, 10);
    end.writeUInt32LE(local.length + packed.length, 16);
    const overlapping = Buffer.concat([local, packed, ...Array<Buffer>(count).fill(entry), end]);
    expect(() => checkZip(overlapping)).toThrow(/unpacks to more/);
  });

  test('lets ordinary archives pass', () => {
    checkZip(docx('', 'a'));
    checkZip(xlsx());
  });

  test.each([
    ['a.pdf', '%PDF-1.7\ngarbage'],
    ['a.pdf', ''],
    ['a.docx', 'PK'],
    ['a.docx', docx('', 'x').subarray(0, 400)],
    ['a.xlsx', docx('', 'a Word file')],
    ['a.docx', zip({ 'readme.txt': 'no document' })],
  ])('calls %s broken when it is', async (name, bytes) => {
    await expect(extract(name, bytes)).rejects.toMatchObject({ code: 'broken' });
  });

  test('F1-13 gives up on a page that is nested without end', async () => {
    const deep = '<div>'.repeat(2_000_000);
    await expect(extract('a.html', deep)).rejects.toMatchObject({ code: 'broken' });
    expect((await extract('b.html', '<p>one<p>two<br>'.repeat(50_000)))?.text).toMatch(/^one\n\ntwo\n\none/);
  });

  test('F1-13 does not expand the entities that a document declares', async () => {
    const bomb = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>';
    const text = await extract('a.docx', docx(bomb, 'before &b; after')).then(
      (found) => found?.text ?? '',
      (error: unknown) => String(error),
    );
    expect(text).not.toContain('aaaaaaaaaaaa');
    expect(text).toMatch(/before|broken|damaged/);
  });
});
