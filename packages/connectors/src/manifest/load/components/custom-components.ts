import type { ComponentDeclaration } from '../declaration.ts';

/** Parts that a Python class of the connector makes; here a port of that class. */
export const customComponents: readonly ComponentDeclaration[] = [
  {
    name: 'CustomAuthenticator',
    about: 'A port of an authenticator.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
  {
    name: 'CustomBackoffStrategy',
    about: 'A port of a backoff strategy.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
  {
    name: 'CustomConfigTransformation',
    about: 'A port of a change of the configuration.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
  {
    name: 'CustomDecoder',
    about: 'A port of a decoder.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
  {
    name: 'CustomErrorHandler',
    about: 'A port of an error handler.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
  {
    name: 'CustomPaginationStrategy',
    about: 'A port of a pagination strategy.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
  {
    name: 'CustomPartitionRouter',
    about: 'A port of a partition router.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
  {
    name: 'CustomRecordExtractor',
    about: 'A port of an extractor.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
  {
    name: 'CustomRecordFilter',
    about: 'A port of a filter.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
  {
    name: 'CustomRequester',
    about: 'A port of a requester.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
  {
    name: 'CustomRetriever',
    about: 'A port of a retriever.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
  {
    name: 'CustomSchemaLoader',
    about: 'A port of a schema loader.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
  {
    name: 'CustomSchemaNormalization',
    about: 'A port of a cast to the schema.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
  {
    name: 'CustomStateMigration',
    about: 'A port of a change of old states.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
  {
    name: 'CustomTransformation',
    about: 'A port of a change of records.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
  {
    name: 'CustomValidationStrategy',
    about: 'A port of a check of the configuration.',
    fields: { class_name: { shapes: ['string'], required: true } },
  },
];
