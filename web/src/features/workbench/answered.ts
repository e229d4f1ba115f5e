import type { Held } from './lease';

/** Leases as REST answers gave them, by task; a workbench about to open finds its own here before the live list tells it. */
const leases = new Map<string, Held>();
const listeners = new Set<(taskId: string, held: Held | null) => void>();

export const answeredLeases = {
  get: (taskId: string): Held | undefined => leases.get(taskId),
  set(taskId: string, held: Held | null): void {
    if (held) leases.set(taskId, held);
    else leases.delete(taskId);
    for (const listener of listeners) listener(taskId, held);
  },
  onSet(listener: (taskId: string, held: Held | null) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Leases that I am about to end myself: the answer is not there yet, but what ends them is on its way. */
export const leaving = new Set<string>();

/**
 * Tasks that I am handing in. The news that they are done comes with the answer, and before it: their screens, which are about to go, are not made anew for
 * it, because the next task waits meanwhile.
 */
export const handingIn = new Set<string>();

/** @returns reads, but for as long as the task is being handed in: then it says what it said before */
export function stillWhileHandingIn<T>(taskId: string): (read: () => T) => T {
  let last: { readonly value: T } | null = null;
  return (read) => {
    if (!last || !handingIn.has(taskId)) last = { value: read() };
    return last.value;
  };
}
