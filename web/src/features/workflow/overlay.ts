/** What a simulation says of each step, as colours and words on the boxes. */
export interface Simulated {
  readonly steps: Readonly<Record<string, { readonly share: number; readonly work_ms: number; readonly queue_ms: number }>>;
}

export interface Heat {
  /** 0: nothing waits here; 1: tasks wait longest here. */
  readonly level: number;
  readonly words: string;
}

export function timeWords(ms: number): string {
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
  ] as const;
  for (const [size, unit] of units) if (ms >= size) return `${Math.round((ms / size) * 10) / 10} ${unit}`;
  return `${Math.round(ms / 1000)} s`;
}

/** Boxes are coloured by how long tasks wait before them, as a share of the longest such wait. */
export function heatOf({ steps }: Simulated): ReadonlyMap<string, Heat> {
  const longest = Math.max(0, ...Object.values(steps).map((step) => step.queue_ms));
  const heat = ([id, step]: [string, Simulated['steps'][string]]): [string, Heat] => [
    id,
    {
      level: longest > 0 ? step.queue_ms / longest : 0,
      words: `${Math.round(step.share * 100)}% · ${timeWords(step.work_ms)} · waits ${timeWords(step.queue_ms)}`,
    },
  ];
  return new Map(Object.entries(steps).map(heat));
}
