/** 0 or 1. */
export type Flag = 0 | 1;
/** Milliseconds since the epoch. */
export type Millis = number;
/** JSON as text. */
export type JsonText = string;
