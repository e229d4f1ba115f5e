/** What the editor does to a form. Each gives a new form; none changes the one it is given. */
import {
  at,
  conditionKind,
  isEnd,
  isRecord,
  positionsOf,
  transitionsOf,
  withAt,
  type Fields,
  type Form,
  type Kind,
  type Point,
  type Step,
  type Transition,
} from './form';

/** What a new step of a kind has, so that it can run at once where that is possible. */
const TEMPLATES: Partial<Record<Kind, Fields>> = {
  consensus: {
    consensus: {
      metric: 'agreement:percentage',
      threshold: 0.8,
      on_disagreement: { strategy: 'majority_vote', fallback_strategy: 'escalate' },
    },
  },
  auto_process: {
    handler: '@core/agreement-calculator',
    config: { metric: 'agreement:percentage', threshold: 0.8 },
  },
  sampling: { sample_rate: 0.1 },
};

/** The first of `base`, `base_2`, `base_3` ... that no step has. */
export function freeId(form: Form, base: string): string {
  const taken = new Set(form.steps.map((step) => step.id));
  if (!taken.has(base) && !isEnd(base)) return base;
  let n = 2;
  while (taken.has(`${base}_${n}`)) n += 1;
  return `${base}_${n}`;
}

/** With its transitions written out, so that they can be changed one by one. */
const explicit = (form: Form): Form => ({ ...form, transitions: transitionsOf(form) });

const isCertain = (transition: Transition): boolean => ['always', 'on_complete'].includes(conditionKind(transition));

function newStep(form: Form, kind: Kind): Step {
  const id = freeId(form, kind === 'auto_process' ? 'process' : kind);
  const step: Step = { id, type: kind, ...TEMPLATES[kind] };
  if (kind !== 'parallel') return step;
  const branch = (n: number): Fields => ({
    id: `branch_${n}`,
    steps: [{ id: `${id}_${n}`, type: 'annotation' }],
  });
  return { ...step, branches: [branch(1), branch(2)] };
}

/** A new step, on the way from `after` (or from the last step) to where that leads otherwise. */
export function addStep(form: Form, kind: Kind, after?: string): { form: Form; id: string } {
  const step = newStep(form, kind);
  const before = form.steps.find((s) => s.id === after) ?? form.steps.at(-1);
  const from = explicit(form);
  const transitions = transitionsOf(from);
  const steps = before ? from.steps.flatMap((s) => (s === before ? [s, step] : [s])) : [step];
  const onward = before && transitions.find((t) => t.from === before.id && isCertain(t));
  const rerouted = before
    ? onward
      ? transitions.map((t) => (t === onward ? { ...t, to: step.id } : t))
      : [...transitions, { from: before.id, to: step.id }]
    : [];
  const added: Transition = { from: step.id, to: onward?.to ?? 'completed' };
  return { form: { ...from, steps, transitions: [...rerouted, added] }, id: step.id };
}

/** Without these steps; what led to one leads on to where it led, as far as that is certain. */
export function removeSteps(form: Form, ids: readonly string[]): Form {
  return ids.reduce((now, id) => {
    if (!now.steps.some((step) => step.id === id)) return now;
    const written = explicit(now);
    const all = transitionsOf(written);
    const onward = all.find((t) => t.from === id && t.to !== id && isCertain(t))?.to;
    const kept = all
      .filter((t) => t.from !== id)
      .flatMap((t) => (t.to !== id ? [t] : onward === undefined || onward === t.from ? [] : [{ ...t, to: onward }]));
    const seen = new Set<string>();
    const single = kept.filter((t) => {
      const key = JSON.stringify([t.from, t.to, t.condition ?? null]);
      return !seen.has(key) && seen.add(key);
    });
    const steps = written.steps.filter((step) => step.id !== id);
    return place({ ...written, steps, transitions: single }, new Map([[id, null]]));
  }, form);
}

export function connect(form: Form, from: string, to: string): { form: Form; index: number } {
  const written = explicit(form);
  const transitions = [...transitionsOf(written), { from, to }];
  return { form: { ...written, transitions }, index: transitions.length - 1 };
}

export function removeTransitions(form: Form, indices: readonly number[]): Form {
  const written = explicit(form);
  return { ...written, transitions: transitionsOf(written).filter((_, index) => !indices.includes(index)) };
}

export function setTransition(form: Form, index: number, path: readonly string[], to: unknown): Form {
  const written = explicit(form);
  const transitions = transitionsOf(written).map((t, i) => (i === index ? withAt(t, path, to) : t));
  return { ...written, transitions };
}

/** One place earlier (-1) or later (1) among the transitions out of the same step: the first that holds is taken. */
export function moveTransition(form: Form, index: number, by: -1 | 1): { form: Form; index: number } {
  const written = explicit(form);
  const all = [...transitionsOf(written)];
  const mine = all[index];
  let other = index + by;
  while (all[other] && all[other]?.from !== mine?.from) other += by;
  const theirs = all[other];
  if (!mine || !theirs) return { form, index };
  all[index] = theirs;
  all[other] = mine;
  return { form: { ...written, transitions: all }, index: other };
}

export function setStep(form: Form, id: string, path: readonly string[], to: unknown): Form {
  return { ...form, steps: form.steps.map((step) => (step.id === id ? withAt(step, path, to) : step)) };
}

/** What only some kinds may have goes when the kind does. */
export function setKind(form: Form, id: string, kind: Kind): Form {
  const kept = ['id', 'name', 'layout', 'assignment', 'hooks', 'input_mapping', 'output_mapping', 'goal_contributions'];
  const steps = form.steps.map((step) => {
    if (step.id !== id || step.type === kind) return step;
    const entries = Object.entries(step).filter(([key]) => kept.includes(key));
    const { id: _, type: __, ...rest } = newStep({ ...form, steps: [] }, kind);
    return { ...Object.fromEntries(entries), id, type: kind, ...rest };
  });
  return { ...form, steps };
}

/** Another id, also wherever this one is spoken of outside of expressions. */
export function renameStep(form: Form, id: string, to: string): Form {
  const swap = (other: string): string => (other === id ? to : other);
  const condition = (t: Transition): Transition => (at(t, 'condition', 'step') === id ? withAt(t, ['condition', 'step'], to) : t);
  const excludes = (step: Step): Step => {
    const list = at(step, 'assignment', 'exclude_steps');
    if (!Array.isArray(list)) return step;
    const swapped = (list as unknown[]).map((s) => (s === id ? to : s));
    return withAt(step, ['assignment', 'exclude_steps'], swapped);
  };
  const renamed: Form = { ...form, steps: form.steps.map((step) => excludes({ ...step, id: swap(step.id) })) };
  const moved = positionsOf(form).get(id);
  const placed = moved
    ? place(
        renamed,
        new Map([
          [id, null],
          [to, moved],
        ]),
      )
    : renamed;
  if (!form.transitions) return placed;
  return {
    ...placed,
    transitions: form.transitions.map((t) => condition({ ...t, from: swap(t.from), to: swap(t.to) })),
  };
}

/** Tasks begin on the first step. */
export function makeFirst(form: Form, id: string): Form {
  const written = explicit(form);
  const first = written.steps.filter((step) => step.id === id);
  return { ...written, steps: [...first, ...written.steps.filter((step) => step.id !== id)] };
}

/** Boxes where somebody dragged them; null: where the layout puts them. */
export function place(form: Form, moved: ReadonlyMap<string, Point | null>): Form {
  const kept = at(form, 'settings', 'editor', 'positions');
  const positions: Record<string, unknown> = { ...(isRecord(kept) ? kept : {}) };
  for (const [id, point] of moved) {
    if (point) positions[id] = [Math.round(point.x), Math.round(point.y)];
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a plain map of ids
    else delete positions[id];
  }
  const empty = Object.keys(positions).length === 0;
  return withAt(form, ['settings', 'editor', 'positions'], empty ? undefined : positions);
}

/** Everything where the layout puts it. */
export const tidy = (form: Form): Form => withAt(form, ['settings', 'editor', 'positions'], undefined);
