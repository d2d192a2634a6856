import { authenticators } from './components/authenticators.ts';
import { budgets } from './components/budgets.ts';
import { checks } from './components/checks.ts';
import { cursors } from './components/cursors.ts';
import { customComponents } from './components/custom-components.ts';
import { decoders } from './components/decoders.ts';
import { dynamicStreams } from './components/dynamic-streams.ts';
import { errorHandlers } from './components/error-handlers.ts';
import { paginators } from './components/paginators.ts';
import { partitionRouters } from './components/partition-routers.ts';
import { queryProperties } from './components/query-properties.ts';
import { recordSelectors } from './components/record-selectors.ts';
import { requesters } from './components/requesters.ts';
import { retrievers } from './components/retrievers.ts';
import { schemaLoaders } from './components/schema-loaders.ts';
import { specification } from './components/specification.ts';
import { streams } from './components/streams.ts';
import { transformations } from './components/transformations.ts';
import type { ComponentDeclaration } from './declaration.ts';

/** Every component of the manifest language, by family. */
export const FAMILIES: Readonly<Record<string, readonly ComponentDeclaration[]>> = {
  streams,
  'dynamic streams': dynamicStreams,
  retrievers,
  requesters,
  authenticators,
  'error handlers': errorHandlers,
  budgets,
  paginators,
  decoders,
  'record selectors': recordSelectors,
  transformations,
  cursors,
  'partition routers': partitionRouters,
  'schema loaders': schemaLoaders,
  'query properties': queryProperties,
  checks,
  specification,
  'custom components': customComponents,
};

/** The declarations by their names. */
export const DECLARATIONS: ReadonlyMap<string, ComponentDeclaration> = new Map(
  Object.values(FAMILIES)
    .flat()
    .map((declaration) => [declaration.name, declaration]),
);
