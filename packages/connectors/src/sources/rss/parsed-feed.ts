/** Text as a feed gives it; HTML unless it says that it is plain. */
export interface Markup {
  readonly value: string;
  readonly isPlain: boolean;
}

/** An item in the terms that all kinds of feeds share; nothing is resolved or converted yet. */
export interface ParsedItem {
  /** The name that the feed gives it, whatever its form. */
  readonly guid: string | undefined;
  readonly link: string | undefined;
  readonly title: Markup | undefined;
  readonly summary: Markup | undefined;
  readonly content: Markup | undefined;
  readonly authors: readonly string[];
  readonly categories: readonly string[];
  /** Dates as written. */
  readonly published: string | undefined;
  readonly updated: string | undefined;
  readonly language: string | undefined;
  readonly enclosures: readonly { readonly url: string; readonly type: string | undefined }[];
}

export interface ParsedFeed {
  readonly title: Markup | undefined;
  /** What relative links are relative to, as written. */
  readonly base: string | undefined;
  readonly language: string | undefined;
  readonly items: readonly ParsedItem[];
}
