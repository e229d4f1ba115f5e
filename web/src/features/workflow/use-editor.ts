import { useCallback, useMemo, useState } from 'react';

import type { Form } from './form';
import { placed, type Placed, type Problem, type Target } from './problems';
import * as undoing from './undo';

export interface Editor {
  readonly form: Form;
  readonly selected: Target | null;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly change: (form: Form, tag?: string) => void;
  readonly select: (target: Target | null) => void;
  readonly undo: () => void;
  readonly redo: () => void;
}

/** A form being edited, with what is chosen in it. What is gone is chosen no longer. */
export function useEditor(initial: Form): Editor {
  const [state, setState] = useState(() => undoing.begin(initial));
  const [wanted, select] = useState<Target | null>(null);
  const form = state.now;
  const change = useCallback((next: Form, tag?: string) => setState((now) => undoing.change(now, next, tag ?? null)), []);
  const undo = useCallback(() => setState(undoing.undo), []);
  const redo = useCallback(() => setState(undoing.redo), []);
  const id = wanted?.kind === 'step' ? wanted.id : null;
  const selected = id !== null && !form.steps.some((step) => step.id === id) ? null : wanted;
  return { form, selected, canUndo: state.past.length > 0, canRedo: state.future.length > 0, change, select, undo, redo };
}

export interface Found {
  readonly all: readonly Placed[];
  readonly steps: ReadonlyMap<string, readonly string[]>;
  readonly transitions: ReadonlyMap<number, readonly string[]>;
}

/** Problems by where they are drawn. */
export function useFound(form: Form, problems: readonly Problem[]): Found {
  return useMemo(() => {
    const all = problems.map((problem) => placed(form, problem));
    const steps = new Map<string, string[]>();
    const transitions = new Map<number, string[]>();
    for (const { target, problem } of all) {
      if (target.kind === 'step') steps.set(target.id, [...(steps.get(target.id) ?? []), problem.message]);
      if (target.kind === 'transition') {
        transitions.set(target.index, [...(transitions.get(target.index) ?? []), problem.message]);
      }
    }
    return { all, steps, transitions };
  }, [form, problems]);
}
