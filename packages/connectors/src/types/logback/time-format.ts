/** A moment as its parts, in the time of this machine or in UTC. */
interface Parts {
  readonly yyyy: number;
  readonly MM: number;
  readonly dd: number;
  readonly HH: number;
  readonly mm: number;
  readonly ss: number;
  readonly SSS: number;
}
type Part = keyof Parts;

/** From the longest to the shortest, as they follow one another in a moment. */
const PARTS = ['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss', 'SSS'] as const satisfies readonly Part[];

/** A format such as `yyyy-MM-dd, UTC`, in pieces. */
export interface TimeFormat {
  readonly pieces: readonly (string | { readonly part: Part })[];
  readonly utc: boolean;
  /** The shortest part that it names: what it counts. */
  readonly unit: Part;
}

function partsOf(at: number, utc: boolean): Parts {
  const time = new Date(at);
  return utc
    ? {
        yyyy: time.getUTCFullYear(),
        MM: time.getUTCMonth() + 1,
        dd: time.getUTCDate(),
        HH: time.getUTCHours(),
        mm: time.getUTCMinutes(),
        ss: time.getUTCSeconds(),
        SSS: time.getUTCMilliseconds(),
      }
    : {
        yyyy: time.getFullYear(),
        MM: time.getMonth() + 1,
        dd: time.getDate(),
        HH: time.getHours(),
        mm: time.getMinutes(),
        ss: time.getSeconds(),
        SSS: time.getMilliseconds(),
      };
}

/** Reads a format; undefined when it holds letters that are not known here. Quoted text (`'T'`) is as it is. */
export function parseTimeFormat(text: string): TimeFormat | undefined {
  const [format = '', zone = ''] = text.split(/,(?=[^,]*$)/).map((one) => one.trim());
  if (zone !== '' && !/^(UTC|GMT|Z)$/i.test(zone)) return undefined;
  const pieces: (string | { readonly part: Part })[] = [];
  for (const [, part, quoted, other] of format.matchAll(/(yyyy|SSS|MM|dd|HH|mm|ss)|'([^']*)'|([\s\S])/g)) {
    if (part !== undefined) pieces.push({ part: part as Part });
    else if (other !== undefined && /[A-Za-z']/.test(other)) return undefined;
    else pieces.push(quoted ?? other ?? '');
  }
  const unit = PARTS.findLast((part) => pieces.some((piece) => typeof piece !== 'string' && piece.part === part));
  return unit === undefined ? undefined : { pieces, utc: zone !== '', unit };
}

/** The moment (milliseconds since the epoch) in this format. */
export function formatTime({ pieces, utc }: TimeFormat, at: number): string {
  const parts = partsOf(at, utc);
  return pieces
    .map((piece) => (typeof piece === 'string' ? piece : String(parts[piece.part]).padStart(piece.part.length, '0')))
    .join('');
}

/** The beginning of the unit that lies `count` units before that of `at`. */
export function unitBefore({ utc, unit }: TimeFormat, at: number, count: number): number {
  const parts = partsOf(at, utc);
  const [year, month, day, ...clock] = PARTS.map((part) => {
    const value = PARTS.indexOf(part) > PARTS.indexOf(unit) ? (part === 'MM' || part === 'dd' ? 1 : 0) : parts[part];
    return part === unit ? value - count : value;
  }) as [number, number, number, number, number, number, number];
  return utc ? Date.UTC(year, month - 1, day, ...clock) : new Date(year, month - 1, day, ...clock).getTime();
}
