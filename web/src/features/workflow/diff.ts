/** Two versions of a workflow side by side: what came, went and changed. */
import { conditionWords, isRecord, nameOf, transitionsOf, type Form, type Step, type Transition } from './form';

export type Change = 'added' | 'removed' | 'changed' | 'same';

export interface StepDiff {
  readonly id: string;
  readonly change: Change;
  readonly step: Step;
  /** In words, e.g. `completion.count: 1 → 2`. */
  readonly details: readonly string[];
}

export interface TransitionDiff {
  readonly change: Change;
  readonly transition: Transition;
  readonly details: readonly string[];
}

export interface Diff {
  readonly steps: readonly StepDiff[];
  readonly transitions: readonly TransitionDiff[];
  /** Of the workflow itself. */
  readonly details: readonly string[];
}

/** Leaves with their paths, so that two objects can be compared field by field. */
function leaves(value: unknown, at: string, found: Map<string, string>): Map<string, string> {
  if (isRecord(value)) for (const [key, inner] of Object.entries(value)) leaves(inner, at ? `${at}.${key}` : key, found);
  else if (value !== undefined) found.set(at, JSON.stringify(value));
  return found;
}

export function fieldChanges(before: unknown, after: unknown): string[] {
  const [old, now] = [leaves(before, '', new Map()), leaves(after, '', new Map())];
  const keys = new Set([...old.keys(), ...now.keys()]);
  return [...keys]
    .filter((key) => old.get(key) !== now.get(key))
    .map((key) => `${key}: ${old.get(key) ?? '–'} → ${now.get(key) ?? '–'}`);
}

const arrow = (t: Transition): string => `${t.from} → ${t.to}`;

function transitions(before: Form, after: Form): TransitionDiff[] {
  const left = [...transitionsOf(before)];
  const take = (wanted: (t: Transition) => boolean): Transition | undefined => {
    const index = left.findIndex(wanted);
    return index < 0 ? undefined : left.splice(index, 1)[0];
  };
  const news = transitionsOf(after);
  // The same first, so that of two arrows between the same steps the one that stayed is not told as changed.
  const same = news.map((t) => take((old) => fieldChanges(old, t).length === 0));
  const found = news.map((t, index): TransitionDiff => {
    if (same[index]) return { change: 'same', transition: t, details: [] };
    const old = take((o) => arrow(o) === arrow(t));
    return old
      ? { change: 'changed', transition: t, details: fieldChanges(old, t) }
      : { change: 'added', transition: t, details: [] };
  });
  return [...found, ...left.map((t): TransitionDiff => ({ change: 'removed', transition: t, details: [] }))];
}

export function diffOf(before: Form, after: Form): Diff {
  const old = new Map(before.steps.map((step) => [step.id, step]));
  const kept = new Set(after.steps.map((step) => step.id));
  const steps = after.steps.map((step): StepDiff => {
    const was = old.get(step.id);
    const details = was ? fieldChanges(was, step) : [];
    return { id: step.id, change: !was ? 'added' : details.length > 0 ? 'changed' : 'same', step, details };
  });
  const gone = before.steps.filter((step) => !kept.has(step.id));
  const own = ({ steps: _s, transitions: _t, settings: _e, ...rest }: Form): object => rest;
  return {
    steps: [...steps, ...gone.map((step): StepDiff => ({ id: step.id, change: 'removed', step, details: [] }))],
    transitions: transitions(before, after),
    details: fieldChanges(own(before), own(after)),
  };
}

/** Both versions as one form, to be drawn; its transitions are in the order of `diff.transitions`. */
export function unionOf(diff: Diff, after: Form): Form {
  return { id: after.id, steps: diff.steps.map((s) => s.step), transitions: diff.transitions.map((t) => t.transition) };
}

/** One line a change, for people. */
export function changeLines(diff: Diff): { change: Change; text: string; details: readonly string[] }[] {
  const steps = diff.steps
    .filter((s) => s.change !== 'same')
    .map((s) => ({ change: s.change, text: nameOf(s.step), details: s.details }));
  const arrows = diff.transitions
    .filter((t) => t.change !== 'same')
    .map((t) => {
      const words = conditionWords(t.transition);
      return { change: t.change, text: `${arrow(t.transition)}${words ? ` when ${words}` : ''}`, details: t.details };
    });
  const own = diff.details.length > 0 ? [{ change: 'changed' as const, text: 'The workflow', details: diff.details }] : [];
  return [...own, ...steps, ...arrows];
}
