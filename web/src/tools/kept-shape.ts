/** A drawing that took several presses and is not whole yet, as this device keeps it through a reload, a crash or a task that was left. */
export const KEPT_TOOLS = ['polygon', 'polyline', 'keypoints'] as const;

export interface KeptShape {
  readonly tool: (typeof KEPT_TOOLS)[number];
  readonly label: string;
  /** In image pixels; of a skeleton the third number says how well it is seen. */
  readonly points: readonly (readonly number[])[];
}

export interface ShapeShelf {
  read(): KeptShape | null;
  /** Null: there is none any more. */
  write(kept: KeptShape | null): void;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Tasks of one person that may have one; those begun before are given up. */
const TASKS = 20;

/** Of one person at one task. What the browser does not keep is not kept. */
export function shapeShelf(store: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>, person: string, task: string): ShapeShelf {
  const key = `tandem.unfinished.${person}`;
  const all = (): Record<string, unknown> => {
    try {
      const kept: unknown = JSON.parse(store.getItem(key) ?? 'null');
      return isRecord(kept) ? { ...kept } : {};
    } catch {
      return {};
    }
  };
  return {
    read: () => shapeOf(all()[task]),
    write(kept) {
      const { [task]: _, ...others } = all();
      // The newest stands last.
      const rest = Object.fromEntries(Object.entries(others).slice(-(TASKS - 1)));
      const next = kept ? { ...rest, [task]: kept } : rest;
      if (Object.keys(next).length === 0) store.removeItem(key);
      else store.setItem(key, JSON.stringify(next));
    },
  };
}

/** Null: another version wrote it, or somebody did by hand. */
function shapeOf(value: unknown): KeptShape | null {
  if (!isRecord(value)) return null;
  const { label, points } = value;
  const tool = KEPT_TOOLS.find((one) => one === value.tool);
  const isPoint = (one: unknown): one is readonly number[] =>
    Array.isArray(one) && one.length >= 2 && one.every((number) => typeof number === 'number' && Number.isFinite(number));
  if (!tool || typeof label !== 'string' || !Array.isArray(points) || points.length === 0 || !points.every(isPoint)) return null;
  return { tool, label, points };
}
