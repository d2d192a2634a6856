/** Each item with whether it is the last, for which one item is asked for ahead. */
export async function* withLast<Item>(items: AsyncIterable<Item>): AsyncGenerator<readonly [Item, boolean]> {
  const none = Symbol('none');
  let held: Item | typeof none = none;
  for await (const item of items) {
    if (held !== none) yield [held as Item, false];
    held = item;
  }
  if (held !== none) yield [held as Item, true];
}
