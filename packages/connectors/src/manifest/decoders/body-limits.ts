/** Longest line, row or element, in characters: what becomes one record. */
export const LARGEST_RECORD = 32 * 1024 * 1024;

/** Largest document that is parsed as a whole after it was unpacked, in characters. */
export const LARGEST_DOCUMENT = 128 * 1024 * 1024;

export const inMegabytes = (size: number): string => `${Math.round(size / 1024 / 1024)} MB`;

/** What a document that is decoded as it comes may hold beside the list that is wanted, in characters. */
export const LARGEST_REMAINDER = 50 * 1024 * 1024;
