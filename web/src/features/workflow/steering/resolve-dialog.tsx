/** An admin says what comes of a step that came to nothing: a decision, the answer that stands, or what a program would have answered. */
import { ok } from '@tandem/client';
import { useQuery } from '@tanstack/react-query';
import { useId, useState, type ReactNode } from 'react';

import { useBackend } from '~/session/backend';
import { useMembers } from '~/session/queries';
import { Skeleton } from '~/ui/feedback';
import { Field, SelectField } from '~/ui/fields';
import { DECISIONS as DECISION_NAMES } from '../words';
import { nameOf, type Step } from '../form';
import { consequences } from './actions';
import { Frame, Reason, what } from './ask-frame';
import type { AskProps } from './dialogs';
import { keeperIn } from './holds';
import { answerOutput, answersIn, decisionOutput, DECISIONS, jsonOutput, outcomeKind, type Decision } from './outcome';

export function ResolveDialog({
  projectId,
  step,
  steps,
  tasks,
  onClose,
  onOrder,
}: AskProps & { steps: readonly Step[] }): ReactNode {
  const { api } = useBackend();
  const [reason, setReason] = useState('');
  const [decision, setDecision] = useState<Decision>('approve');
  const [stands, setStands] = useState<number | null>(null);
  const [json, setJson] = useState('');
  const members = useMembers(projectId).data ?? [];
  const first = tasks[0]?.id ?? '';
  const standing = useQuery({
    queryKey: ['standing', first],
    queryFn: () => ok(api.GET('/api/v1/tasks/{task_id}/standing', { params: { path: { task_id: first } } })),
    gcTime: 0,
  });
  const keeper = standing.data ? (keeperIn(standing.data.value, 'repaired', step.id, steps) ?? step.id) : step.id;
  const at = steps.find((one) => one.id === keeper) ?? step;
  const kind = outcomeKind(at);
  const context = standing.data?.context;
  const answers = answersIn(context, keeper);
  const written = jsonOutput(json);
  const nameBy = (id: string): string => members.find(({ user }) => user.id === id)?.user.name ?? 'Somebody who left';

  const output = (): unknown => {
    if (kind === 'review') return decisionOutput(decision, reason.trim());
    if (kind === 'answers') return answerOutput(context, keeper, stands === null ? null : (answers[stands] ?? null));
    return typeof written === 'string' ? null : written.output;
  };
  const said = kind === 'answers' ? answers.length === 0 || stands !== null : kind === 'review' || typeof written !== 'string';
  return (
    <Frame
      title={`What comes of ${nameOf(at)} for ${what(tasks)}?`}
      sentences={consequences('resolve', tasks, at)}
      yes="Decide by hand"
      ready={standing.isSuccess && said && reason.trim() !== ''}
      onClose={onClose}
      onYes={() => onOrder({ verb: 'resolve', output: output(), reason: reason.trim() })}
    >
      {standing.isPending ? (
        <Skeleton height={64} />
      ) : kind === 'review' ? (
        <SelectField
          label="Decision"
          value={decision}
          options={DECISION_NAMES}
          onChange={(value) => setDecision(DECISIONS.find((one) => one === value) ?? 'approve')}
        />
      ) : kind === 'answers' ? (
        <Answers names={answers.map((answer) => nameBy(answer.by))} chosen={stands} onChoose={setStands} />
      ) : (
        <Field
          label="What the program would have answered, as JSON"
          hint="Conditions read it as $.step_output. Left empty: nothing."
          error={typeof written === 'string' ? written : undefined}
        >
          {(ids) => (
            <textarea
              {...ids}
              className="input input-mono"
              rows={4}
              spellCheck={false}
              value={json}
              onChange={(event) => setJson(event.target.value)}
            />
          )}
        </Field>
      )}
      <Reason value={reason} onChange={setReason} must hint="It is written into the history of the task." />
    </Frame>
  );
}

interface AnswersProps {
  names: readonly string[];
  chosen: number | null;
  onChoose: (index: number) => void;
}

function Answers({ names, chosen, onChoose }: AnswersProps): ReactNode {
  const group = useId();
  if (names.length === 0) return <p className="muted">Nobody has answered yet: the step is over without an answer.</p>;
  return (
    <fieldset className="choices ask-choices">
      <legend>Whose answer stands</legend>
      {names.map((name, index) => (
        <label key={index} className="choice">
          <input type="radio" name={group} checked={chosen === index} onChange={() => onChoose(index)} /> {name}
        </label>
      ))}
    </fieldset>
  );
}
