import type { ComponentDeclaration } from '../declaration.ts';

/** What makes records of the bytes of an answer. */
export const decoders: readonly ComponentDeclaration[] = [
  { name: 'JsonDecoder', about: 'One JSON document.', fields: {} },
  {
    name: 'JsonItemsDecoder',
    about: 'The items of a list within a JSON document, one after the other.',
    fields: { items_path: { shapes: ['string'], required: true }, encoding: { shapes: ['string'], default: 'utf-8' } },
  },
  { name: 'JsonlDecoder', about: 'A JSON value on each line.', fields: {} },
  { name: 'IterableDecoder', about: 'A text on each line.', fields: {} },
  {
    name: 'CsvDecoder',
    about: 'Rows of CSV, with names in the first.',
    fields: {
      encoding: { shapes: ['string'], default: 'utf-8' },
      delimiter: { shapes: ['string'], default: ',' },
      set_values_to_none: { shapes: [{ listOf: ['string'] }] },
    },
  },
  { name: 'XmlDecoder', about: 'An XML document.', fields: {} },
  {
    name: 'GzipDecoder',
    about: 'Something packed with gzip.',
    fields: {
      decoder: {
        shapes: [{ component: ['CsvDecoder', 'GzipDecoder', 'JsonDecoder', 'JsonItemsDecoder', 'JsonlDecoder'] }],
        required: true,
      },
    },
  },
  {
    name: 'ZipfileDecoder',
    about: 'The files of a ZIP archive.',
    fields: {
      decoder: {
        shapes: [{ component: ['CsvDecoder', 'GzipDecoder', 'JsonDecoder', 'JsonItemsDecoder', 'JsonlDecoder'] }],
        required: true,
      },
    },
  },
];
