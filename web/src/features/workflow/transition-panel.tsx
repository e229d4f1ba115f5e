import { MoveRight, Trash2, X } from 'lucide-react';
import type { ReactNode } from 'react';

import { IconButton } from '~/ui/controls';
import * as edits from './edits';
import { Field, NumberField, PercentField, SelectField, TextField } from '~/ui/fields';
import { conditionKind, conditionOf, isForPeople, nameOf, type Transition } from './form';
import { errorAt, Loose, type PanelProps } from './step-panel';
import { CONDITIONS, DECISIONS } from './words';

type Props = PanelProps & { transition: Transition; index: number };

export function TransitionPanel({ transition, index, form, problems, change, select }: Props): ReactNode {
  const set = (path: readonly string[], to: unknown): void =>
    change(edits.setTransition(form, index, path, to), `t${index}/${path.join('/')}`);
  const error = (rest: string): string | undefined => errorAt(problems, rest);
  const steps = form.steps.map((step) => [step.id, nameOf(step)] as const);
  const ends = [
    ['completed', 'Done'],
    ['archived', 'Archived'],
  ] as const;
  const kind = conditionKind(transition);
  return (
    <>
      <header className="side-head">
        <MoveRight size={16} aria-hidden />
        <h2 className="truncate">Transition</h2>
        <span className="spacer" />
        <IconButton
          label="Remove this transition"
          keys="Delete"
          onClick={() => {
            change(edits.removeTransitions(form, [index]));
            select(null);
          }}
        >
          <Trash2 size={15} aria-hidden />
        </IconButton>
        <IconButton label="Close" onClick={() => select(null)}>
          <X size={15} aria-hidden />
        </IconButton>
      </header>
      <Loose problems={problems.filter((p) => p.rest === '')} />
      <SelectField
        label="From"
        value={transition.from}
        error={error('/from')}
        options={steps}
        onChange={(v) => v && set(['from'], v)}
      />
      <SelectField
        label="To"
        value={transition.to}
        error={error('/to')}
        options={[...steps, ...ends]}
        onChange={(v) => v && set(['to'], v)}
      />
      <SelectField
        label="Taken"
        value={kind}
        error={error('/condition/type')}
        options={CONDITIONS}
        onChange={(v) => set(['condition'], fresh(v ?? 'on_complete'))}
      />
      <Condition
        transition={transition}
        set={set}
        error={error}
        people={form.steps.filter((s) => isForPeople(s.type)).map((s) => [s.id, nameOf(s)])}
      />
      <NumberField
        label="Priority"
        placeholder="0"
        value={transition.priority}
        error={error('/priority')}
        hint="The lowest is tried first; of equal ones, the one written first."
        onChange={(v) => set(['priority'], v)}
      />
    </>
  );
}

/** A condition of a kind, with what it needs. */
function fresh(kind: string): object | undefined {
  switch (kind) {
    case 'on_complete':
      return undefined;
    case 'sample':
    case 'percentage':
      return { type: kind, rate: 0.1 };
    case 'on_decision':
      return { type: kind, decision: 'approve' };
    case 'expression':
      return { type: kind, expression: '' };
    default:
      return { type: kind };
  }
}

interface ConditionProps {
  transition: Transition;
  set: (path: readonly string[], to: unknown) => void;
  error: (rest: string) => string | undefined;
  people: readonly (readonly [string, string])[];
}

function Condition({ transition, set, error, people }: ConditionProps): ReactNode {
  const c = conditionOf(transition);
  switch (conditionKind(transition)) {
    case 'expression':
      return (
        <Field
          label="Expression"
          error={error('/condition/expression')}
          hint="$.step_output, $.steps.<id>, $.input, $.answers; == < && || ! in, count(), exists(), default()"
        >
          {(ids) => (
            <textarea
              {...ids}
              className="input input-mono"
              rows={4}
              spellCheck={false}
              placeholder="$.step_output.agreement_score >= 0.9"
              value={typeof c.expression === 'string' ? c.expression : ''}
              onChange={(event) => set(['condition', 'expression'], event.target.value)}
            />
          )}
        </Field>
      );
    case 'on_agreement':
    case 'on_disagreement':
      return (
        <NumberField
          label="Threshold of its own"
          min={-1}
          max={1}
          step={0.05}
          placeholder="the step's"
          value={c.threshold}
          error={error('/condition/threshold')}
          onChange={(v) => set(['condition', 'threshold'], v)}
        />
      );
    case 'sample':
    case 'percentage':
      return (
        <PercentField
          label="Share of the tasks, in %"
          value={c.rate}
          error={error('/condition/rate')}
          hint="The shares out of one step are drawn together."
          onChange={(v) => set(['condition', 'rate'], v)}
        />
      );
    case 'on_decision':
      return (
        <SelectField
          label="Decision"
          value={c.decision}
          error={error('/condition/decision')}
          options={DECISIONS}
          onChange={(v) => set(['condition', 'decision'], v)}
        />
      );
    case 'worked_on': {
      const users = Array.isArray(c.users) ? c.users.map(String).join(', ') : '';
      const list = (text: string | undefined): string[] => (text ?? '').split(',').map((user) => user.trimStart());
      return (
        <>
          <TextField
            label="People"
            value={users}
            error={error('/condition/users')}
            hint="Their ids, with commas between"
            onChange={(v) => set(['condition', 'users'], v === undefined ? undefined : list(v))}
          />
          <SelectField
            label="Worked on"
            value={c.step}
            error={error('/condition/step')}
            none="Choose a step"
            options={people}
            onChange={(v) => set(['condition', 'step'], v)}
          />
        </>
      );
    }
    default:
      return null;
  }
}
