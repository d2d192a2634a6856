import type { Json } from '../../kit/json.ts';
import { parseJson } from './parse-json.ts';

const QUOTE = 34;
const COMMA = 44;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const COLON = 58;

/** Deeper documents are refused: each level costs memory. */
const DEEPEST = 10_000;

/** What is wrong with a document, for people. */
export class JsonFault extends Error {}

export interface JsonListScannerOptions {
  /** Keeps what lies outside of the list, for whoever wants the rest of the document. */
  readonly keepsFrame?: boolean;
}

/**
 * Finds the elements of one list of a JSON document while its text comes in pieces; `path` are the names of the objects' fields that lead
 * to the list. Only the element under way is kept; each is parsed as a whole, which is far quicker than a parser of streams
 * in JavaScript. What lies outside of the list is checked for its brackets only, unless it is kept.
 */
export class JsonListScanner {
  readonly #path: readonly string[];
  /** Closing brackets that are awaited, outermost first. */
  readonly #open: number[] = [];
  /** How many names of the path the open objects have taken. */
  #matched = 0;
  /** Brackets open around the elements; 0 outside of the list. */
  #listDepth = 0;
  #inString = false;
  #isEscaped = false;
  #backslash = -1;
  /** The name under way, of an object on the path, and the last one that was whole. */
  #name: string | undefined;
  #field: string | undefined;
  #awaitsName = false;
  #element: string[] = [];
  #elementLength = 0;
  #hadElement = false;
  #hadList = false;
  #isEnded = false;
  /** What lies outside of the list, when it is kept. */
  readonly #frame: string[] | undefined;
  #frameLength = 0;

  constructor(path: readonly string[], options: JsonListScannerOptions = {}) {
    this.#path = path;
    this.#frame = options.keepsFrame ? [] : undefined;
  }

  /** The list has begun; its end may be yet to come. */
  get hadList(): boolean {
    return this.#hadList;
  }

  /** The document with an empty list in place of the one that was read; it must be kept. */
  get frame(): string {
    return this.#frame?.join('') ?? '';
  }

  /** The document has come to its end. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Characters that are kept: of the element, or of the name that is under way. */
  get pending(): number {
    return this.#elementLength + (this.#name?.length ?? 0);
  }

  /** Characters of the frame that are kept. */
  get frameLength(): number {
    return this.#frameLength;
  }

  /** The elements that a piece completes. Throws `JsonFault`. */
  feed(text: string): Json[] {
    const found: Json[] = [];
    this.#backslash = -1;
    // Where the part begins that this piece holds of the element, or of the frame.
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (this.#inString) {
        at = this.#string(text, at);
        continue;
      }
      if (code <= 32) continue;
      if (this.#isEnded) throw new JsonFault('more text follows the document');
      if (this.#isElementEnd(code)) {
        this.#keep(text.slice(from, at));
        this.#finishElement(found, code);
        from = code === COMMA ? at + 1 : at;
      }
      if (this.#structure(code)) {
        this.#keepFrame(text, from, at + 1);
        from = at + 1;
      }
    }
    if (this.#listDepth > 0) this.#keep(text.slice(from));
    else this.#keepFrame(text, from);
    return found;
  }

  /** Goes on in a string from `at`; gives the place of its last character in this piece. */
  #string(text: string, at: number): number {
    const end = this.#stringEnd(text, at);
    if (this.#name !== undefined) this.#name += text.slice(at, end);
    if (end === text.length) return end;
    this.#inString = false;
    if (this.#name !== undefined) this.#field = nameOf(this.#name);
    this.#name = undefined;
    return end;
  }

  /** The place of the quote that ends the string under way, or the end of the piece. */
  #stringEnd(text: string, at: number): number {
    let here = this.#isEscaped ? at + 1 : at;
    this.#isEscaped = false;
    let end = -1;
    while (true) {
      // The quote stays the same while escaped characters before it are passed over.
      if (end < here) end = placeOf(text, '"', here);
      const backslash = this.#backslashFrom(text, here);
      if (backslash >= end) return end;
      if (backslash === text.length - 1) {
        this.#isEscaped = true;
        return text.length;
      }
      here = backslash + 2;
    }
  }

  /** The next backslash of this piece, which is looked for once: most texts have none. */
  #backslashFrom(text: string, at: number): number {
    if (this.#backslash < at) this.#backslash = placeOf(text, '\\', at);
    return this.#backslash;
  }

  #isElementEnd(code: number): boolean {
    return this.#listDepth > 0 && this.#open.length === this.#listDepth && (code === COMMA || code === CLOSE_LIST);
  }

  /** Follows the brackets; `true` when the list has just begun. */
  #structure(code: number): boolean {
    switch (code) {
      case QUOTE:
        this.#inString = true;
        if (this.#isOnPath() && this.#awaitsName) this.#name = '';
        return false;
      case COLON:
      case COMMA:
        this.#awaitsName = this.#isOnPath() ? code === COMMA : this.#awaitsName;
        return false;
      case OPEN_OBJECT:
      case OPEN_LIST:
        return this.#enter(code);
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        this.#leave(code);
        return false;
      default:
        // Numbers and words; those outside of an element are somebody else's to check.
        if (this.#open.length === 0) throw new JsonFault('it is no JSON object or list');
        return false;
    }
  }

  /** Directly inside of the innermost object that the path has led to. */
  #isOnPath(): boolean {
    return this.#listDepth === 0 && this.#open.length === this.#matched + 1;
  }

  #enter(code: number): boolean {
    if (this.#open.length >= DEEPEST) throw new JsonFault('it has too many levels');
    const isRoot = this.#open.length === 0;
    const isNext = this.#isOnPath() && !this.#awaitsName && this.#field === this.#path[this.#matched];
    const level = isRoot ? 0 : this.#matched + 1;
    this.#open.push(code === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST);
    if (this.#listDepth > 0 || !(isRoot || isNext)) return false;
    if (code === OPEN_LIST) {
      if (level !== this.#path.length) return false;
      this.#hadList = true;
      this.#listDepth = this.#open.length;
      this.#hadElement = false;
      return true;
    }
    if (level < this.#path.length) {
      this.#matched = level;
      this.#awaitsName = true;
      this.#field = undefined;
    }
    return false;
  }

  #leave(code: number): void {
    if (this.#open.pop() !== code) throw new JsonFault('its brackets do not fit');
    if (this.#open.length < this.#listDepth) this.#listDepth = 0;
    // A field of the object around is over; its name is no name of what comes.
    else if (this.#listDepth === 0 && this.#matched > 0 && this.#open.length === this.#matched) this.#matched -= 1;
    if (this.#isOnPath()) this.#field = undefined;
    this.#isEnded = this.#open.length === 0;
  }

  #keep(text: string): void {
    if (text === '') return;
    this.#element.push(text);
    this.#elementLength += text.length;
  }

  #keepFrame(text: string, from: number, to?: number): void {
    if (!this.#frame) return;
    const part = text.slice(from, to);
    this.#frame.push(part);
    this.#frameLength += part.length;
  }

  #finishElement(found: Json[], code: number): void {
    const text = this.#element.length === 1 ? (this.#element[0] ?? '') : this.#element.join('');
    this.#element = [];
    this.#elementLength = 0;
    // Nothing between the brackets is an empty list; nothing behind a comma is a fault, which the parser finds.
    if (code === CLOSE_LIST && !this.#hadElement && text.trim() === '') return;
    this.#hadElement = true;
    try {
      found.push(parseJson(text));
    } catch {
      throw new JsonFault('an element of the list is no JSON');
    }
  }
}

/** Where a character comes next; the end of the text when it does not. */
function placeOf(text: string, character: string, from: number): number {
  const found = text.indexOf(character, from);
  return found === -1 ? text.length : found;
}

function nameOf(text: string): string {
  if (!text.includes('\\')) return text;
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    throw new JsonFault('the name of a field is no JSON');
  }
}
