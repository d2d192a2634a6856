/** Headers that frame the message or name its host; a connector that could set them could smuggle requests. */
export const FRAMING_HEADERS = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'expect',
]);
