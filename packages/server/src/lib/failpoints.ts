/** What a source connection's writer does in one transaction of the collection store. */
const storeSteps = [
  'claim',
  'settle',
  'begin-run',
  'apply',
  'unseen',
  'sweep',
  'forget-cursors',
  'note',
  'size',
  'streams',
  'drop-stream',
  'end-run',
] as const;
export type StoreStep = (typeof storeSteps)[number];

/** Of each step: nothing is written; all is written but not committed; committed, and nobody has heard. */
const moments = ['before-begin', 'before-commit', 'after-commit'] as const;

/** Every place where a crash test may end, stop or trouble a worker: the boundaries between what survives and what does not. */
export const failpoints = [
  'claim.leased',
  'claim.before-control-fence',
  'claim.after-control-fence',
  'read.discovered',
  'read.page-fetched',
  'read.page-normalised',
  'read.page-stored',
  'read.scope-ended',
  ...storeSteps.flatMap((step) => moments.map((moment) => `store.${step}.${moment}` as const)),
  'store.apply.before-cursor',
  'lease.before-renewal',
  'lease.after-renewal',
  'takeover.before-kill',
  'progress.before-begin',
  'progress.before-commit',
  'progress.after-commit',
  'give-back.before-commit',
  'finish.before-begin',
  'finish.before-commit',
  'finish.after-commit',
] as const;

/** The same for the renewal of a token, in whatever process: nobody has asked yet; the provider has answered; stored, and nobody has heard. */
export const renewalFailpoints = [
  'renewal.leased',
  'renewal.answered',
  'renewal.before-commit',
  'renewal.committed',
] as const;

/** The same for a deployment in a worker: it was told; the new client is open and the old one too; swapped; answered. */
export const deploymentFailpoints = [
  'deployment.told',
  'deployment.opened',
  'deployment.swapped',
  'deployment.answered',
] as const;

export type Failpoint =
  | (typeof failpoints)[number]
  | (typeof renewalFailpoints)[number]
  | (typeof deploymentFailpoints)[number];

let reached: ((name: Failpoint) => void) | undefined;

/** Marks a place. Nothing happens there, unless this process was started by a crash test that listens. */
export function failpoint(name: Failpoint): void {
  reached?.(name);
}

/** Has `listener` called at every place; what it throws is a fault at that place. For crash tests only. */
export function onFailpoint(listener: (name: Failpoint) => void): void {
  reached = listener;
}
