import './steering.css';

import { Search, SearchX, X } from 'lucide-react';
import { useCallback, useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';

import { cx } from '~/lib/cx';
import { useMembers } from '~/session/queries';
import { IconButton } from '~/ui/controls';
import { Empty, Failed } from '~/ui/feedback';
import { isForPeople, nameOf, type Step } from '../form';
import { lasted } from '../history/timeline';
import { WayDialog } from '../history/way-dialog';
import { NO_PROGRESS, type StepProgress } from '../progress';
import { applies, labelOf, type StepTask } from './actions';
import { NoteDialog } from './note-dialog';
import { useReload, useStepTasks, type StepTaskState } from './queries';
import { inHand, NOTHING_CHOSEN, type Selection } from './selection';
import { ANY_TIME } from './span';
import { SpanField } from './span-field';
import { Ask, Bar, verbOf, type Question } from './step-bar';
import { TaskRows } from './task-rows';
import { useExport } from './use-export';
import { useSteering, type Order } from './use-steering';

const STATES: readonly (readonly [StepTaskState, string])[] = [
  ['waiting', 'Waiting'],
  ['working', 'In work'],
  ['held', 'Held'],
  ['done', 'Done'],
];

/** Where nobody works, tasks only wait for an admin. */
const statesOf = (step: Step): typeof STATES => (isForPeople(step.type) ? STATES : STATES.filter(([state]) => state === 'held'));

function firstOf(step: Step, progress: StepProgress): StepTaskState {
  if (!isForPeople(step.type)) return 'held';
  return progress.working > 0 ? 'working' : 'waiting';
}

interface StepTasksProps {
  projectId: string;
  step: Step;
  /** All of the workflow, those of branches too. */
  steps: readonly Step[];
  progress: StepProgress | undefined;
  /** Who works there: of two who change places within a moment the numbers tell nothing. */
  assignments: readonly string[];
  close: () => void;
}

/** The tasks of a step, and an admin's hand on them. */
export function StepTasks({ projectId, step, steps, progress = NO_PROGRESS, assignments, close }: StepTasksProps): ReactNode {
  const states = statesOf(step);
  const [state, setState] = useState<StepTaskState>(() => firstOf(step, progress));
  const [typed, setTyped] = useState('');
  const [userId, setUserId] = useState<string | null>(null);
  const [selection, setSelection] = useState<Selection>(NOTHING_CHOSEN);
  // The tasks are those of the moment of asking: the list moves on meanwhile, and nobody says yes to others than they were asked about.
  const [span, setSpan] = useState(ANY_TIME);
  const [noting, setNoting] = useState<readonly StepTask[] | null>(null);
  const exporting = useExport(projectId);
  const [way, setWay] = useState<StepTask | null>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const [, go] = useLocation();
  const q = useDeferredValue(typed.trim());
  const tasks = useStepTasks(projectId, step.id, { state, q, userId, span });
  const summary = tasks.data?.pages[0]?.summary;
  const members = useMembers(projectId).data ?? [];
  useReload(projectId, step.id, JSON.stringify([progress.waiting, progress.working, progress.held, progress.done, assignments]));
  const steering = useSteering(projectId, step, steps);
  const rows = useMemo(() => tasks.data?.pages.flatMap((page) => page.items) ?? [], [tasks.data]);
  const chosen = inHand(selection, rows);

  const see = (next: StepTaskState): void => {
    setState(next);
    setSelection(NOTHING_CHOSEN);
  };
  const order = (given: Order): void => {
    setQuestion(null);
    void steering.run(given, question?.tasks ?? []).then(() => setSelection((before) => ({ ...before, chosen: new Set() })));
  };
  const open = useCallback((task: StepTask) => go(`/projects/${projectId}/tasks/${task.id}`), [go, projectId]);
  const loadMore = useCallback(() => {
    if (!tasks.isFetchingNextPage) void tasks.fetchNextPage();
  }, [tasks]);

  return (
    <section className="step-tasks" aria-label={`Tasks in ${nameOf(step)}`} data-testid="step-tasks">
      <header className="step-tasks-head">
        <h3 className="truncate">{nameOf(step)}</h3>
        {summary && isForPeople(step.type) && (
          <span className="muted num step-summary" title="People at work here now, and how long an answer takes on average">
            {summary.active_annotators} at work{summary.average_ms === null ? '' : `, ${lasted(summary.average_ms)} each`}
          </span>
        )}
        <div className="step-states" role="group" aria-label="Where the tasks stand">
          {states.map(([value, words]) => (
            <button
              key={value}
              type="button"
              className={cx('step-state', value === state && 'step-state-here')}
              aria-pressed={value === state}
              onClick={() => see(value)}
            >
              {words} <span className="num">{progress[value]}</span>
            </button>
          ))}
        </div>
        <label className="search step-search">
          <Search size={14} aria-hidden />
          <input
            type="search"
            placeholder="Find by name …"
            aria-label="Find tasks of this step by name"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <select
          className="input step-person"
          aria-label="Of whom"
          value={userId ?? ''}
          onChange={(event) => setUserId(event.target.value || null)}
        >
          <option value="">Everybody</option>
          {members.map(({ user }) => (
            <option key={user.id} value={user.id}>
              {user.name}
            </option>
          ))}
        </select>
        <SpanField span={span} onChange={setSpan} />
        <IconButton label="Close the tasks of this step" onClick={close}>
          <X size={15} aria-hidden />
        </IconButton>
      </header>
      {tasks.isError ? (
        <Failed error={tasks.error} retry={() => void tasks.refetch()} />
      ) : !tasks.isPending && rows.length === 0 ? (
        <Empty icon={<SearchX size={18} />} title={NOTHING[state]}>
          {q || userId || span.kind !== 'any'
            ? 'Names are matched from their beginning. Try fewer letters, everybody, or any time.'
            : ''}
        </Empty>
      ) : (
        <TaskRows
          label={`${STATES.find(([value]) => value === state)?.[1] ?? ''} in ${nameOf(step)}`}
          state={state}
          average={summary?.average_ms ?? null}
          rows={rows}
          pending={tasks.isPending}
          more={tasks.hasNextPage}
          loadMore={loadMore}
          selection={selection}
          onSelect={setSelection}
          onOpen={open}
        />
      )}
      {noting && <NoteDialog tasks={noting} onClose={() => setNoting(null)} />}
      <Bar
        step={step}
        chosen={chosen}
        picked={selection.chosen.size > 0}
        busy={steering.busy}
        ask={(asking) => setQuestion({ asking, tasks: chosen.filter((task) => applies(verbOf(asking), task, step)) })}
        open={open}
        seeWay={setWay}
        note={setNoting}
        exportAs={(those, format) => exporting.mutate({ tasks: those.map((task) => task.id), format })}
      />
      {way && <WayDialog projectId={projectId} taskId={way.id} label={labelOf(way)} onClose={() => setWay(null)} />}
      {question && (
        <Ask {...question} projectId={projectId} step={step} steps={steps} onClose={() => setQuestion(null)} onOrder={order} />
      )}
    </section>
  );
}

const NOTHING: Readonly<Record<StepTaskState, string>> = {
  waiting: 'No task waits here',
  working: 'Nobody works here at the moment',
  held: 'No task is held here',
  done: 'Nothing was done here yet',
};
