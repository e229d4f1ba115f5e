import { ok } from '@tandem/client';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState, type SubmitEvent, type ReactNode } from 'react';

import { useBackend } from '~/session/backend';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { explain } from '~/ui/explain';
import { useNow } from '~/lib/use-now';
import type { Simulated } from '../overlay';
import { assumptionsOf, MOST_TASKS, type Guess, type StepGuess } from './assumptions';

/** The server gives up after this long. */
const PATIENCE_MS = 20_000;

interface SimulateProps {
  workflowId: string;
  guess: Guess;
  onGuess: (guess: Guess) => void;
  onClose: () => void;
  onDone: (simulated: Simulated) => void;
}

/** What is supposed, then the run, which can be cancelled. */
export function SimulateDialog({ workflowId, guess, onGuess, onClose, onDone }: SimulateProps): ReactNode {
  const { api } = useBackend();
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const run = useMutation({
    mutationFn: async () => {
      stop.current = new AbortController();
      return ok(
        api.POST('/api/v1/workflows/{workflow_id}/simulate', {
          params: { path: { workflow_id: workflowId } },
          body: assumptionsOf(guess),
          signal: stop.current.signal,
        }),
      );
    },
    onSuccess: (answer) => onDone(answer as unknown as Simulated),
  });
  // What the answer would have been is of no interest any more.
  const cancel = (): void => {
    stop.current?.abort();
    run.reset();
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    run.mutate();
  };
  const change = (part: Partial<Guess>): void => onGuess({ ...guess, ...part });
  const changeStep = (id: string, part: Partial<StepGuess>): void =>
    change({ steps: guess.steps.map((step) => (step.step === id ? { ...step, ...part } : step)) });
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Simulate this workflow"
      description="Made-up tasks go through it with the chances, times and people you suppose. Nobody is given anything."
    >
      <form className="simulate" onSubmit={submit}>
        <fieldset disabled={run.isPending} className="simulate-facts">
          <legend className="sr-only">Tasks and people</legend>
          <Num label="Tasks" value={guess.tasks} min={1} max={MOST_TASKS} onChange={(tasks) => change({ tasks })} />
          <Num label="Labelers" value={guess.labelers} min={0} max={1000} onChange={(labelers) => change({ labelers })} />
          <Num label="Reviewers" value={guess.reviewers} min={0} max={1000} onChange={(reviewers) => change({ reviewers })} />
          <Num
            label="Adjudicators"
            value={guess.adjudicators}
            min={0}
            max={1000}
            onChange={(adjudicators) => change({ adjudicators })}
          />
          <Num label="Seed" value={guess.seed} min={0} max={1_000_000} onChange={(seed) => change({ seed })} />
        </fieldset>
        <fieldset disabled={run.isPending} className="simulate-steps">
          <legend className="sr-only">Each step</legend>
          <table>
            <thead>
              <tr>
                <th scope="col">Step</th>
                <th scope="col">Seconds a task</th>
                <th scope="col">Agree</th>
                <th scope="col">Approved</th>
              </tr>
            </thead>
            <tbody>
              {guess.steps.map(({ step, name, seconds, agreement, approve }) => (
                <tr key={step}>
                  <th scope="row">{name}</th>
                  <td>
                    <Bare
                      label={`${name}: seconds a task`}
                      value={seconds}
                      min={1}
                      max={86_400}
                      onChange={(s) => changeStep(step, { seconds: s })}
                    />
                  </td>
                  <td>
                    {agreement === null ? (
                      <span className="muted">–</span>
                    ) : (
                      <Bare
                        label={`${name}: percent that agree`}
                        value={agreement}
                        min={0}
                        max={100}
                        unit="%"
                        onChange={(a) => changeStep(step, { agreement: a })}
                      />
                    )}
                  </td>
                  <td>
                    {approve === null ? (
                      <span className="muted">–</span>
                    ) : (
                      <Bare
                        label={`${name}: percent approved`}
                        value={approve}
                        min={0}
                        max={100}
                        unit="%"
                        onChange={(a) => changeStep(step, { approve: a })}
                      />
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </fieldset>
        {run.isPending && <Running />}
        {run.isError && (
          <p className="field-error" role="alert">
            {explain(run.error).detail}
          </p>
        )}
        <div className="dialog-actions">
          {run.isPending ? (
            <Button onClick={cancel}>Cancel the simulation</Button>
          ) : (
            <>
              <Button onClick={onClose}>Not now</Button>
              <Button look="solid" type="submit">
                Simulate
              </Button>
            </>
          )}
        </div>
      </form>
    </Dialog>
  );
}

function Running(): ReactNode {
  const [began] = useState(() => Date.now());
  const passed = useNow(250) - began;
  return (
    <div className="simulate-running" role="status">
      <progress max={PATIENCE_MS} value={Math.min(passed, PATIENCE_MS)} aria-label="Simulating" />
      <span className="muted num">Simulating, {Math.max(0, Math.round(passed / 1000))} of at most 20 s</span>
    </div>
  );
}

interface NumProps {
  label: string;
  value: number;
  min: number;
  max: number;
  unit?: string;
  onChange: (value: number) => void;
}

function Num({ label, ...rest }: NumProps): ReactNode {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <Input id={id} {...rest} />
    </div>
  );
}

const Bare = ({ label, unit, ...rest }: NumProps): ReactNode => (
  <span className="simulate-cell">
    <Input aria-label={label} {...rest} /> {unit}
  </span>
);

function Input({ onChange, ...rest }: Omit<NumProps, 'label' | 'unit'> & { id?: string; 'aria-label'?: string }): ReactNode {
  return (
    <input
      type="number"
      className="input num"
      required
      step={1}
      {...rest}
      onChange={(event) => {
        const value = event.target.valueAsNumber;
        if (!Number.isNaN(value)) onChange(value);
      }}
    />
  );
}
