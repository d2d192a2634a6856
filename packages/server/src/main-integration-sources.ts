import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { DiskWatch } from './host/disk-watch.ts';
import { createLanguageModel, type LanguageModel } from './integration-sources/language-model.ts';
import type { SourceNeeds } from './integration-sources/lookup.ts';
import { createIntegrationSourceService, type IntegrationSourceService } from './integration-sources/service.ts';
import type { Clock } from './lib/clock.ts';
import { createOrders } from './source-connections/orders.ts';

interface Needs extends Omit<SourceNeeds, 'orders' | 'languageModel'> {
  readonly config: Pick<Config, 'llmUrl' | 'llmModel' | 'llmApiKey'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly disk: Pick<DiskWatch, 'state'>;
}

/** What puts schemas into words, when the operator has named one. */
function openLanguageModel({ config, clock, log }: Needs): LanguageModel | undefined {
  const { llmUrl: url, llmModel: model, llmApiKey: apiKey } = config;
  return url === undefined ? undefined : createLanguageModel({ url, model, apiKey, clock, log });
}

/** The part of the object graph that the catalogue of integration sources needs. */
export function buildIntegrationSources(needs: Needs): IntegrationSourceService {
  return createIntegrationSourceService({
    ...needs,
    orders: createOrders(needs),
    languageModel: openLanguageModel(needs),
  });
}
