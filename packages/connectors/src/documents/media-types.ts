/** How the text of a file is found; `none` means that the file is listed by its name only. */
export type Reader = 'plain' | 'markdown' | 'html' | 'pdf' | 'docx' | 'xlsx' | 'none' | 'sniff';

export interface MediaType {
  readonly mediaType: string;
  readonly reader: Reader;
  /** The programming language, for code. */
  readonly language?: string;
}

const DOCUMENTS: Readonly<Record<string, readonly [mediaType: string, reader: Reader]>> = {
  txt: ['text/plain', 'plain'],
  text: ['text/plain', 'plain'],
  log: ['text/plain', 'plain'],
  rst: ['text/x-rst', 'plain'],
  adoc: ['text/asciidoc', 'markdown'],
  md: ['text/markdown', 'markdown'],
  markdown: ['text/markdown', 'markdown'],
  mdx: ['text/markdown', 'markdown'],
  html: ['text/html', 'html'],
  htm: ['text/html', 'html'],
  xhtml: ['application/xhtml+xml', 'html'],
  csv: ['text/csv', 'plain'],
  tsv: ['text/tab-separated-values', 'plain'],
  json: ['application/json', 'plain'],
  jsonl: ['application/x-ndjson', 'plain'],
  ndjson: ['application/x-ndjson', 'plain'],
  xml: ['application/xml', 'plain'],
  yaml: ['application/yaml', 'plain'],
  yml: ['application/yaml', 'plain'],
  toml: ['application/toml', 'plain'],
  ini: ['text/plain', 'plain'],
  eml: ['message/rfc822', 'plain'],
  ics: ['text/calendar', 'plain'],
  pdf: ['application/pdf', 'pdf'],
  docx: ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  xlsx: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
};

/** Known to hold no text that we read; their bytes are not even opened. */
const OPAQUE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['png', 'gif', 'webp', 'avif', 'bmp', 'tiff', 'heic'].map((name) => [name, `image/${name}`])),
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  ico: 'image/x-icon',
  ...Object.fromEntries(['mp4', 'webm', 'mpeg'].map((name) => [name, `video/${name}`])),
  mov: 'video/quicktime',
  avi: 'video/x-msvideo',
  mkv: 'video/x-matroska',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  m4a: 'audio/mp4',
  zip: 'application/zip',
  gz: 'application/gzip',
  tgz: 'application/gzip',
  bz2: 'application/x-bzip2',
  xz: 'application/x-xz',
  zst: 'application/zstd',
  '7z': 'application/x-7z-compressed',
  rar: 'application/vnd.rar',
  tar: 'application/x-tar',
  jar: 'application/java-archive',
  exe: 'application/octet-stream',
  dll: 'application/octet-stream',
  so: 'application/octet-stream',
  bin: 'application/octet-stream',
  iso: 'application/octet-stream',
  dmg: 'application/octet-stream',
  wasm: 'application/wasm',
  woff: 'font/woff',
  woff2: 'font/woff2',
  ttf: 'font/ttf',
  otf: 'font/otf',
  sqlite: 'application/vnd.sqlite3',
  db: 'application/octet-stream',
  doc: 'application/msword',
  xls: 'application/vnd.ms-excel',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  odt: 'application/vnd.oasis.opendocument.text',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
};

const LANGUAGES: Readonly<Record<string, string>> = {
  ts: 'typescript',
  tsx: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  py: 'python',
  rb: 'ruby',
  go: 'go',
  rs: 'rust',
  java: 'java',
  kt: 'kotlin',
  scala: 'scala',
  swift: 'swift',
  c: 'c',
  h: 'c',
  cc: 'cpp',
  cpp: 'cpp',
  hpp: 'cpp',
  cs: 'csharp',
  fs: 'fsharp',
  php: 'php',
  pl: 'perl',
  lua: 'lua',
  r: 'r',
  jl: 'julia',
  ex: 'elixir',
  exs: 'elixir',
  erl: 'erlang',
  hs: 'haskell',
  clj: 'clojure',
  dart: 'dart',
  zig: 'zig',
  sh: 'shell',
  bash: 'shell',
  ps1: 'powershell',
  sql: 'sql',
  css: 'css',
  scss: 'scss',
  less: 'less',
  vue: 'vue',
  svelte: 'svelte',
  graphql: 'graphql',
  proto: 'protobuf',
  tf: 'terraform',
  tex: 'latex',
};

/** What a file is, by the ending of its name; names without a known ending are sniffed. */
export function mediaTypeOf(path: string): MediaType {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 ? name.slice(dot + 1) : '';
  if (name === 'dockerfile' || name === 'makefile') return { mediaType: 'text/plain', reader: 'plain', language: name };
  if (Object.hasOwn(DOCUMENTS, ending)) {
    const [mediaType, reader] = DOCUMENTS[ending] ?? ['text/plain', 'plain'];
    return { mediaType, reader };
  }
  const language = Object.hasOwn(LANGUAGES, ending) ? LANGUAGES[ending] : undefined;
  if (language !== undefined) return { mediaType: 'text/plain', reader: 'plain', language };
  const opaque = Object.hasOwn(OPAQUE, ending) ? OPAQUE[ending] : undefined;
  if (opaque !== undefined) return { mediaType: opaque, reader: 'none' };
  return { mediaType: 'application/octet-stream', reader: 'sniff' };
}
