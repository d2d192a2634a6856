import type { Json } from '../../kit/json.ts';

/** Reads bodies out of bytes as they come, whatever they were packed in. Throws `ConnectorError('invalid_answer')`. */
export type BodyParser = (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Json>;
