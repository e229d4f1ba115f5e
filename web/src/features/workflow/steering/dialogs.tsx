import { Fragment, useId, useState, type ReactNode } from 'react';

import { useNow } from '~/lib/use-now';
import { useProject } from '~/session/queries';
import { nameOf, type Step } from '../form';
import { consequences, holdersOf, namesOf, verbName, type StepTask, type StepTaskPerson, type Verb } from './actions';
import { Frame, Reason, what } from './ask-frame';
import { endsByHand } from './holds';
import { factsOf } from './lasting';
import { PersonPick } from './person-pick';
import { useSuited } from './queries';
import type { Order, Person, ReasonVerb } from './use-steering';

export interface AskProps {
  projectId: string;
  step: Step;
  tasks: readonly StepTask[];
  onClose: () => void;
  onOrder: (order: Order) => void;
}

const WHY_EVICT = ['Took too long', 'Does not answer', 'Needs a specialist', 'Asked to be relieved'];

/** Take work from whoever has it, and say who gets it next. */
export function EvictDialog({ projectId, step, tasks, to, onClose, onOrder }: AskProps & { to: 'pool' | 'person' }): ReactNode {
  const [reason, setReason] = useState('');
  const [then, setThen] = useState<'pool' | 'person' | 'hold'>(to);
  const [person, setPerson] = useState<Person | null>(null);
  const name = useId();
  const holders = tasks.flatMap(holdersOf);
  const asked = useSuited(
    projectId,
    tasks[0]?.id ?? '',
    step.id,
    holders.map((holder) => holder.user.id),
  );
  const choices = [
    ['pool', 'Anybody who may: back to the queue'],
    ['person', 'Somebody I name'],
    ['hold', 'Nobody: hold it for an admin'],
  ] as const;
  const goal = then === 'person' ? person : then;
  const ready = reason.trim() !== '' && goal !== null;
  return (
    <Frame
      title={`Take ${what(tasks)} from ${namesOf(holders)}?`}
      sentences={consequences('evict', tasks, step)}
      yes={then === 'person' && person ? `Give it to ${person.name}` : 'Take back'}
      danger
      ready={ready}
      onClose={onClose}
      onYes={() => goal && onOrder({ verb: 'evict', reason: reason.trim(), then: goal })}
    >
      <Facts projectId={projectId} step={step} holders={holders} />
      <Reason value={reason} onChange={setReason} must hint={`${namesOf(holders)} will read it.`} suggestions={WHY_EVICT} />
      <fieldset className="choices ask-choices">
        <legend>Who has it next</legend>
        {choices.map(([value, words]) => (
          <label key={value} className="choice">
            <input type="radio" name={name} checked={then === value} onChange={() => setThen(value)} /> {words}
          </label>
        ))}
      </fieldset>
      {then === 'person' && (
        <PersonPick label="Who" {...asked} chosen={person ? [person] : []} anybody={false} onChoose={setPerson} />
      )}
    </Frame>
  );
}

/** Of so many people it is told how far they are; of more it would be a list to read instead of a question. */
const TOLD = 3;

function Facts({ projectId, step, holders }: { projectId: string; step: Step; holders: readonly StepTaskPerson[] }): ReactNode {
  const project = useProject(projectId).data;
  const now = useNow(10_000);
  if (holders.length > TOLD) return null;
  return holders.map((holder) => (
    <section key={holder.assignment_id} className="facts num" aria-label={`How far ${holder.user.name} is`}>
      <p className="facts-who">{holder.user.name}</p>
      <dl>
        {factsOf(holder, step, project?.lease_seconds ?? 1800, now).map(({ name, words }) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{words}</dd>
          </Fragment>
        ))}
      </dl>
    </section>
  ));
}

/** As many as the server shares tasks out among in one call. */
const MOST_PEOPLE = 20;

/** Give waiting tasks to somebody, or several tasks to several people in turn: those who may have them first, the others with their reasons. */
export function AssignDialog({ projectId, step, tasks, onClose, onOrder }: AskProps): ReactNode {
  const [chosen, setChosen] = useState<readonly Person[]>([]);
  const [force, setForce] = useState(false);
  const [reason, setReason] = useState('');
  const { people, failure } = useSuited(projectId, tasks[0]?.id ?? '', step.id, []);
  const several = tasks.length > 1;
  const suits = ({ id }: Person): boolean => people.find(({ user }) => user.id === id)?.reasons?.length === 0;
  const against = chosen.some((person) => !suits(person));
  const ready = chosen.length > 0 && chosen.length <= MOST_PEOPLE && (!against || (force && reason.trim() !== ''));
  const decides = step.type === 'adjudication';
  const choose = (person: Person): void =>
    setChosen((before) => {
      if (!several) return [person];
      const rest = before.filter(({ id }) => id !== person.id);
      return rest.length < before.length ? rest : [...before, person];
    });
  return (
    <Frame
      title={decides ? `Who decides about ${what(tasks)}?` : `Assign ${what(tasks)}`}
      sentences={consequences('assign', tasks, step)}
      yes={chosen.length > 0 ? `Assign to ${namesOf(chosen.map((user) => ({ user })))}` : 'Assign'}
      ready={ready}
      onClose={onClose}
      onYes={() => onOrder({ verb: 'assign', to: chosen, force: against, reason: reason.trim() || null })}
    >
      <PersonPick
        label={decides ? 'Adjudicator' : several ? 'People' : 'Person'}
        people={people}
        failure={failure}
        chosen={chosen}
        several={several}
        anybody={force}
        onChoose={choose}
      />
      <label className="choice">
        <input
          type="checkbox"
          checked={force}
          onChange={(event) => {
            setForce(event.target.checked);
            if (!event.target.checked) setChosen((before) => before.filter(suits));
          }}
        />
        Against the rules of the step, with a reason
      </label>
      {several && (
        <p className="muted">
          Asked about the first of them. Each is checked when it is assigned; whoever may not have one is passed over for it.
        </p>
      )}
      {force && <Reason value={reason} onChange={setReason} must={against} hint="It is written down with the assignment." />}
    </Frame>
  );
}

const TITLES: Readonly<Record<ReasonVerb, (what: string, step: Step) => string>> = {
  hold: (which) => `Hold ${which}?`,
  resume: (which) => `Resume ${which}?`,
  finish: (which, step) => (endsByHand(step) ? `End ${nameOf(step)} for ${which}?` : `Let ${which} go on?`),
  reopen: (which, step) => `Try ${nameOf(step)} again with ${which}?`,
  complete: (which) => `Complete ${which} as it stands?`,
  archive: (which) => `Archive ${which}?`,
  reset: (which, step) => `Begin ${nameOf(step)} anew for ${which}?`,
  undo: (which) => `Move ${which} one step back?`,
};
const DANGEROUS: ReadonlySet<ReasonVerb> = new Set(['complete', 'archive', 'reset', 'undo']);

export const needsReason = (verb: Verb): verb is ReasonVerb => verb in TITLES;

export function ReasonDialog({ verb, step, tasks, onClose, onOrder }: AskProps & { verb: ReasonVerb }): ReactNode {
  const [reason, setReason] = useState('');
  return (
    <Frame
      title={TITLES[verb](what(tasks), step)}
      sentences={consequences(verb, tasks, step)}
      yes={verbName(verb, step)}
      danger={DANGEROUS.has(verb)}
      ready={reason.trim() !== ''}
      onClose={onClose}
      onYes={() => onOrder({ verb, reason: reason.trim() })}
    >
      <Reason value={reason} onChange={setReason} must hint="It is written into the history of the task." />
    </Frame>
  );
}

export function PriorityDialog({ tasks, onClose, onOrder }: AskProps): ReactNode {
  const [priority, setPriority] = useState(tasks.length === 1 ? (tasks[0]?.priority ?? 5) : 5);
  const [reason, setReason] = useState('');
  const id = useId();
  return (
    <Frame
      title={`Priority of ${what(tasks)}`}
      sentences={['The highest is given out first, in every step. Whoever works on one goes on.']}
      yes={`Set to ${priority}`}
      ready
      onClose={onClose}
      onYes={() => onOrder({ verb: 'priority', priority, reason: reason.trim() || null })}
    >
      <div className="field">
        <label htmlFor={id}>
          Priority <output className="num">{priority}</output> of 10
        </label>
        <input
          id={id}
          type="range"
          className="range"
          min={1}
          max={10}
          value={priority}
          onChange={(event) => setPriority(Number(event.target.value))}
        />
      </div>
      <Reason value={reason} onChange={setReason} must={false} hint="For the audit log." />
    </Frame>
  );
}
