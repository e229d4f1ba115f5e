import type { AsideDocument, DeliveryMarks, Persistence, StoredDocument } from './types.js';

interface Copy {
  readonly lineage: string | null;
  readonly updates: Uint8Array[];
  /** How many edits each writer has made; gone once they are delivered. */
  readonly marks: Map<string, number>;
}

/** For Node, and for browsers that keep nothing: lives as long as the program. */
export function memoryPersistence(): Persistence {
  /** Copies of a task, the one used last at the end. */
  const tasks = new Map<string, Copy[]>();
  const aside: AsideDocument[] = [];

  const find = (taskId: string, lineage: string | null): Copy | undefined =>
    tasks.get(taskId)?.find((copy) => copy.lineage === lineage);

  function open(taskId: string, lineage: string | null): Copy {
    const copy = find(taskId, lineage) ?? { lineage, updates: [], marks: new Map<string, number>() };
    tasks.set(taskId, [...(tasks.get(taskId) ?? []).filter((other) => other !== copy), copy]);
    return copy;
  }

  function remove(taskId: string, lineage: string | null): void {
    const left = (tasks.get(taskId) ?? []).filter((copy) => copy.lineage !== lineage);
    if (left.length > 0) tasks.set(taskId, left);
    else tasks.delete(taskId);
  }

  const api: { [K in keyof Persistence]: (...args: Parameters<Persistence[K]>) => Awaited<ReturnType<Persistence[K]>> } = {
    load(taskId): StoredDocument | null {
      const copy = tasks.get(taskId)?.at(-1);
      if (!copy) return null;
      return { lineage: copy.lineage, updates: [...copy.updates], undelivered: copy.marks.size > 0, marks: new Map(copy.marks) };
    },
    append(taskId, lineage, update, writer) {
      const copy = open(taskId, lineage);
      copy.updates.push(update);
      if (writer !== null) copy.marks.set(writer, (copy.marks.get(writer) ?? 0) + 1);
    },
    adopt(taskId, lineage) {
      const unborn = find(taskId, null);
      if (!unborn) return;
      const copy = open(taskId, lineage);
      copy.updates.push(...unborn.updates);
      for (const [writer, count] of unborn.marks) copy.marks.set(writer, (copy.marks.get(writer) ?? 0) + count);
      remove(taskId, null);
    },
    delivered(taskId, lineage, writer, marks: DeliveryMarks) {
      const copy = find(taskId, lineage);
      copy?.marks.delete(writer);
      for (const [other, count] of marks) if (copy?.marks.get(other) === count) copy.marks.delete(other);
    },
    setAside(document) {
      aside.push(document);
      remove(document.taskId, document.lineage);
    },
    asides: (taskId) => aside.filter((document) => document.taskId === taskId),
    undelivered: () => [...tasks].filter(([, copies]) => copies.some((copy) => copy.marks.size > 0)).map(([taskId]) => taskId),
    forget(taskId) {
      tasks.delete(taskId);
      for (let i = aside.length - 1; i >= 0; i -= 1) if (aside[i]?.taskId === taskId) aside.splice(i, 1);
    },
    close: () => undefined,
  };
  // Promises, like any other store: nobody may count on it being quicker.
  const later =
    <A extends unknown[], R>(run: (...args: A) => R) =>
    (...args: A): Promise<R> =>
      new Promise((resolve) => resolve(run(...args)));
  return {
    load: later(api.load),
    append: later(api.append),
    adopt: later(api.adopt),
    delivered: later(api.delivered),
    setAside: later(api.setAside),
    asides: later(api.asides),
    undelivered: later(api.undelivered),
    forget: later(api.forget),
    close: api.close,
  };
}
