import { ConnectorError } from '../../kit/connector-error.ts';
import type { Json } from '../../kit/json.ts';
import type { Build, StreamContext } from '../model/build.ts';
import type { Component } from '../model/component.ts';
import type { Decoder, Paginator } from '../model/records.ts';
import type { NextPageToken } from '../model/slice.ts';
import { buildDecoder } from '../decoders/build-decoder.ts';
import { isTruthy } from '../records/is-truthy.ts';
import { requestOption } from '../requests/request-option.ts';
import { buildStrategy } from './build-strategy.ts';
import { endlessGuard } from './endless-guard.ts';

const ONE_PAGE: Paginator = { walk: () => ({ first: undefined, next: () => undefined }), parts: () => ({}) };

/**
 * Builds the paginator of a retriever; without a definition, or with `NoPagination`, there is one page. `decoder` is the one of the
 * retriever, for templates that look at the answer; the default reads JSON. Throws `ConnectorError('configuration')`; its
 * walks throw `ConnectorError('invalid_answer')` when pages would never end.
 */
export function buildPaginator(
  definition: Component | undefined,
  build: Build,
  stream: StreamContext,
  decoder?: Decoder,
): Paginator {
  if (!definition || definition.type === 'NoPagination') return ONE_PAGE;
  if (definition.type !== 'DefaultPaginator') {
    throw new ConnectorError('configuration', `Stream "${stream.name}": ${definition.type} is no paginator.`);
  }
  const { page_size_option: sizeDefinition, page_token_option: tokenDefinition } = definition;
  const strategyDefinition = definition['pagination_strategy'] as Component;
  const strategy = buildStrategy(strategyDefinition, build, stream, decoder ?? buildDecoder(undefined, build, stream));
  const sizeOption = sizeDefinition && requestOption(sizeDefinition as Component, build);
  const tokenOption = tokenDefinition && requestOption(tokenDefinition as Component, build);
  const { pageSize } = strategy;
  if (sizeOption && !pageSize) {
    throw new ConnectorError(
      'configuration',
      `Stream "${stream.name}": the paginator has a \`page_size_option\`, and ${strategyDefinition.type} has no \`page_size\`; ` +
        'give it one, or remove the option.',
    );
  }
  const guard = { stream: stream.name, paginator: strategyDefinition.type, hasBody: decoder?.streams === false };
  return {
    walk(from) {
      const check = endlessGuard(guard);
      let last: Json | undefined = from ? from.next_page_token : strategy.first;
      return {
        first: last === undefined ? undefined : { next_page_token: last },
        next(page) {
          const token = strategy.next(page, last);
          if (token === undefined || !isTruthy(token)) return undefined;
          check(page, token);
          last = token;
          return { next_page_token: token };
        },
      };
    },
    parts(token) {
      const sized = sizeOption && pageSize ? sizeOption.add({}, pageSize) : {};
      const value = valueOf(token);
      return tokenOption && value !== undefined ? tokenOption.add(sized, value) : sized;
    },
  };
}

const valueOf = (token: NextPageToken | undefined): Json | undefined =>
  token && token.next_page_token !== null ? token.next_page_token : undefined;
