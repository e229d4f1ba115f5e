/** The labels of a task with what the task says about drawing: which tools there are, what a label takes, how many regions there may be. */
import type { Json, RegionSnapshot } from '@tandem/client';

import type { Geometry, RegionKind } from '~/geometry/shapes';
import { byName, fits, takesAny, type DeskLabel } from './labels';
import { RELATED, type RelationType } from './relations';
import type { ToolName } from './tool';

/** What a task says besides its labels. */
export interface DrawingRules {
  /** Regions that there may be in all. */
  readonly most?: number | undefined;
  /** Absent: all. */
  readonly tools?: readonly ToolName[] | undefined;
  /** What regions may have to do with one another; absent: they are just related. */
  readonly relations?: readonly RelationType[] | undefined;
}

export const atMost = (most: number, what: string | null): string =>
  what === null ? `At most ${most} ${most === 1 ? 'region' : 'regions'} in all` : `At most ${most} of ${what}`;

export class LabelBook {
  /** Those that can be given. */
  readonly usable: readonly DeskLabel[];
  readonly #known: ReadonlyMap<string, DeskLabel>;

  constructor(
    readonly labels: readonly DeskLabel[] = [],
    readonly rules: DrawingRules = {},
  ) {
    this.#known = byName(labels);
    this.usable = labels.filter(({ problem }) => problem == null);
  }

  get(name: string | null): DeskLabel | undefined {
    return name === null ? undefined : this.#known.get(name);
  }

  /** Who has no labels asks nothing of them. */
  gives(name: string): boolean {
    const label = this.#known.get(name);
    return this.labels.length === 0 || (label !== undefined && label.problem == null);
  }

  accepts(name: string, geometry: Geometry): boolean {
    return this.gives(name) && fits(this.get(name), geometry);
  }

  get relations(): readonly RelationType[] {
    return this.rules.relations ?? [RELATED];
  }

  has(tool: ToolName): boolean {
    return this.rules.tools?.includes(tool) ?? true;
  }

  taking(kinds: readonly RegionKind[]): DeskLabel | undefined {
    return this.usable.find((label) => takesAny(label, kinds));
  }

  /** What a new region of a label has. */
  initial(name: string): Readonly<Record<string, Json>> {
    return this.get(name)?.initial ?? {};
  }

  /** Why no more of these labels can be added to these regions; null: they can. */
  full(regions: readonly Pick<RegionSnapshot, 'label'>[], added: readonly string[]): string | null {
    const { most } = this.rules;
    if (most !== undefined && added.length > 0 && regions.length + added.length > most) return atMost(most, null);
    for (const name of new Set(added)) {
      const limit = this.get(name)?.most;
      if (limit === undefined) continue;
      const count = [...regions.map(({ label }) => label), ...added].filter((label) => label === name).length;
      if (count > limit) return atMost(limit, name);
    }
    return null;
  }
}
