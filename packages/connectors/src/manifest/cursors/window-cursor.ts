import type { Json, JsonObject } from '../../kit/json.ts';
import { highest, joinRanges } from './ranges.ts';
import type { Range } from './ranges.ts';
import { windowsBehind } from './windows.ts';
import type { Window } from './windows.ts';
import type { WindowSettings } from './window-settings.ts';

/** What is known along the cursor of one stream or one partition. */
export class WindowCursor {
  readonly #settings: WindowSettings;
  #known: readonly Range[];
  /** Windows that were given, by what was given; with the highest record seen in them. */
  readonly #open = new Map<JsonObject, { readonly window: Window; latest: number | undefined }>();
  /** The lowest point that this read asks for. */
  #lowest = Infinity;

  constructor(settings: WindowSettings, known: readonly Range[]) {
    this.#settings = settings;
    this.#known = joinRanges(known, (point) => settings.neighbour(point));
  }

  /** The cursor parts of the slices that are to be read; made once. */
  windows(): readonly JsonObject[] {
    const { axis, startField, endField } = this.#settings;
    return Array.from(windowsBehind(this.#known, this.#settings), (window) => {
      const given: Record<string, Json> = { [startField]: axis.format(window.start) };
      if (Number.isFinite(window.end)) given[endField] = axis.format(window.end);
      this.#open.set(given, { window, latest: undefined });
      this.#lowest = Math.min(this.#lowest, window.start);
      return given;
    });
  }

  observe(given: JsonObject, point: number): void {
    const open = this.#open.get(given);
    if (open) open.latest = highest(open.latest, point);
  }

  close(given: JsonObject): void {
    const open = this.#open.get(given);
    if (!open) return;
    this.#open.delete(given);
    const { window, latest } = open;
    // What changed while the window was read may have been missed on pages that were read before: it is read next time.
    const counted = latest === undefined ? undefined : Math.min(latest, window.limit);
    const range = { start: window.start, end: window.end, latest: counted };
    this.#known = joinRanges([...this.#known, range], (point) => this.#settings.neighbour(point));
  }

  /** Everything before this point is known. */
  get value(): number {
    const [first] = this.#known;
    return first?.latest ?? first?.start ?? this.#settings.start;
  }

  /** `{cursor_field: value}`. */
  state(): JsonObject {
    return { [this.#settings.cursorField]: this.#settings.axis.format(this.value) };
  }

  /** Older than anything that this read asks for. */
  isPast(point: number): boolean {
    return point < this.#lowest;
  }
}
