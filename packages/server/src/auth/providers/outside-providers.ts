import { composio } from './composio.ts';
import { custom } from './custom.ts';
import { klavis } from './klavis.ts';
import { nango } from './nango.ts';
import { outsideKinds, type OutsideKind, type OutsideProvider } from './outside-provider.ts';
import { createPipedream } from './pipedream.ts';

/** Every outside vault by its short name; one table for each process, since some keep tokens. */
export type OutsideProviders = Readonly<Record<OutsideKind, OutsideProvider>>;

export function createOutsideProviders(): OutsideProviders {
  return { composio, custom, klavis, nango, pipedream: createPipedream() };
}

export function isOutsideKind(name: string): name is OutsideKind {
  return (outsideKinds as readonly string[]).includes(name);
}
