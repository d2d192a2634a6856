import type { SearchHit } from '../collection-store/port.ts';

/**
 * The parts of a hit that hold text from a source, written by whoever can write there: it may try to speak to a language model
 * that reads it. Every answer names them, so that agents quote such text and follow nothing in it (OWASP LLM01, indirect prompt
 * injection). A part of a hit does not compile without its row.
 */
const holdsSourceText: Readonly<Record<keyof SearchHit, boolean>> = {
  entityId: true,
  key: true,
  stream: true,
  name: true,
  url: true,
  breadcrumbs: true,
  text: true,
  highlights: true,
  fields: true,
  entityType: true,
  sourceConnectionId: false,
  sourceName: false,
  syncId: false,
  jobId: false,
  createdAt: false,
  updatedAt: false,
  score: false,
  chunkIndex: false,
};

export const untrustedParts = (Object.keys(holdsSourceText) as (keyof SearchHit)[]).filter(
  (part) => holdsSourceText[part],
);
