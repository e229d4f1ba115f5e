import './steering.css';

import {
  CirclePause,
  CirclePlay,
  ExternalLink,
  Gavel,
  ListOrdered,
  MoreHorizontal,
  RotateCcw,
  Route,
  Search,
  SearchX,
  Undo2,
  UserMinus,
  UserPlus,
  UserRoundPen,
  X,
} from 'lucide-react';
import { useCallback, useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';

import { cx } from '~/lib/cx';
import { useMembers } from '~/session/queries';
import { Button, IconButton } from '~/ui/controls';
import { Empty, Failed } from '~/ui/feedback';
import { Menu, MenuItem, MenuLine } from '~/ui/menu';
import { isForPeople, nameOf, type Step } from '../form';
import { NO_PROGRESS, type StepProgress } from '../progress';
import { WayDialog } from '../history/way-dialog';
import { applies, labelOf, VERB_NAMES, verbName, type StepTask, type Verb } from './actions';
import { AssignDialog, EvictDialog, needsReason, PriorityDialog, ReasonDialog } from './dialogs';
import { endsByHand } from './holds';
import { outcomeKind } from './outcome';
import { useReload, useStepTasks, type StepTaskState } from './queries';
import { ResolveDialog } from './resolve-dialog';
import { inHand, NOTHING_CHOSEN, type Selection } from './selection';
import { TaskRows } from './task-rows';
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

type Asking = Verb | 'give';
const verbOf = (asking: Asking): Verb => (asking === 'give' ? 'evict' : asking);

interface Question {
  readonly asking: Asking;
  readonly tasks: readonly StepTask[];
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
  const [way, setWay] = useState<StepTask | null>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const [, go] = useLocation();
  const q = useDeferredValue(typed.trim());
  const tasks = useStepTasks(projectId, step.id, { state, q, userId });
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
        <IconButton label="Close the tasks of this step" onClick={close}>
          <X size={15} aria-hidden />
        </IconButton>
      </header>
      {tasks.isError ? (
        <Failed error={tasks.error} retry={() => void tasks.refetch()} />
      ) : !tasks.isPending && rows.length === 0 ? (
        <Empty icon={<SearchX size={18} />} title={NOTHING[state]}>
          {q || userId ? 'Names are matched from their beginning. Try fewer letters, or everybody.' : ''}
        </Empty>
      ) : (
        <TaskRows
          label={`${STATES.find(([value]) => value === state)?.[1] ?? ''} in ${nameOf(step)}`}
          rows={rows}
          pending={tasks.isPending}
          more={tasks.hasNextPage}
          loadMore={loadMore}
          selection={selection}
          onSelect={setSelection}
          onOpen={open}
        />
      )}
      <Bar
        step={step}
        chosen={chosen}
        picked={selection.chosen.size > 0}
        busy={steering.busy}
        ask={(asking) => setQuestion({ asking, tasks: chosen.filter((task) => applies(verbOf(asking), task, step)) })}
        open={open}
        seeWay={setWay}
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

const ONWARD = ['resume', 'finish', 'reopen'] as const;

interface BarProps {
  step: Step;
  chosen: readonly StepTask[];
  /** Chosen on purpose, not just the row the keyboard is on. */
  picked: boolean;
  busy: { readonly done: number; readonly of: number } | null;
  ask: (asking: Asking) => void;
  open: (task: StepTask) => void;
  seeWay: (task: StepTask) => void;
}

/** What can be done to the tasks in hand. A button that fits none of them is not there to be pressed. */
function Bar({ step, chosen, picked, busy, ask, open, seeWay }: BarProps): ReactNode {
  const [only] = chosen;
  const suits = (verb: Verb): boolean => chosen.some((task) => applies(verb, task, step));
  const fits = (verb: Verb): boolean => busy === null && suits(verb);
  const words = busy
    ? `${busy.done} of ${busy.of} done …`
    : picked
      ? `${chosen.length} selected`
      : chosen.length > 0
        ? 'This task'
        : '';
  // While something runs they do nothing and stay where the keyboard is: a disabled button cannot get the focus back from its dialog.
  const button = (asking: Asking, verb: Verb, name: string, icon: ReactNode): ReactNode => (
    <Button
      look="plain"
      icon={icon}
      disabled={!suits(verb)}
      aria-disabled={busy !== null}
      onClick={() => busy === null && ask(asking)}
    >
      {name}
    </Button>
  );
  // Of the ways on for tasks that are held, the one that fits the first of them.
  const isHeld = chosen.length > 0 && chosen.every((task) => task.held !== null);
  const onward = (isHeld ? ONWARD.find((verb) => only && applies(verb, only, step)) : undefined) ?? 'hold';
  const people = isForPeople(step.type);
  return (
    <div className="step-bar" role="toolbar" aria-label="What to do with the tasks selected">
      <span className="step-bar-count num" role="status">
        {words}
      </span>
      {people && (
        <>
          {button('assign', 'assign', 'Assign …', <UserPlus size={15} aria-hidden />)}
          {button('give', 'evict', 'Give to another …', <UserRoundPen size={15} aria-hidden />)}
          {button('evict', 'evict', 'Take back …', <UserMinus size={15} aria-hidden />)}
        </>
      )}
      {onward === 'hold'
        ? button('hold', 'hold', 'Hold …', <CirclePause size={15} aria-hidden />)
        : button(
            onward,
            onward,
            `${verbName(onward, step)} …`,
            onward === 'reopen' ? <RotateCcw size={15} aria-hidden /> : <CirclePlay size={15} aria-hidden />,
          )}
      {button('priority', 'priority', 'Priority …', <ListOrdered size={15} aria-hidden />)}
      <span className="spacer" />
      <Menu
        trigger={
          <Button look="plain" disabled={chosen.length === 0 || busy !== null} icon={<MoreHorizontal size={15} aria-hidden />}>
            More
          </Button>
        }
      >
        <MenuItem
          icon={<ExternalLink size={15} aria-hidden />}
          disabled={chosen.length !== 1}
          onSelect={() => only && open(only)}
        >
          Open the task
        </MenuItem>
        <MenuItem icon={<Route size={15} aria-hidden />} disabled={chosen.length !== 1} onSelect={() => only && seeWay(only)}>
          Its way through the workflow
        </MenuItem>
        <MenuLine />
        <MenuItem icon={<Undo2 size={15} aria-hidden />} disabled={!fits('undo')} onSelect={() => ask('undo')}>
          {VERB_NAMES.undo} …
        </MenuItem>
        {onward !== 'finish' && endsByHand(step) && (
          <MenuItem disabled={!fits('finish')} onSelect={() => ask('finish')}>
            {verbName('finish', step)} …
          </MenuItem>
        )}
        {chosen.some((task) => applies('resolve', task, step)) && (
          <MenuItem
            icon={<Gavel size={15} aria-hidden />}
            // Each task has answers of its own to choose from.
            disabled={!fits('resolve') || (chosen.length > 1 && outcomeKind(step) === 'answers')}
            onSelect={() => ask('resolve')}
          >
            {VERB_NAMES.resolve} …
          </MenuItem>
        )}
        <MenuLine />
        <MenuItem danger disabled={!fits('reset')} onSelect={() => ask('reset')}>
          {VERB_NAMES.reset} …
        </MenuItem>
        <MenuItem danger disabled={!fits('complete')} onSelect={() => ask('complete')}>
          Complete as it stands …
        </MenuItem>
        <MenuItem danger disabled={!fits('archive')} onSelect={() => ask('archive')}>
          Archive …
        </MenuItem>
      </Menu>
    </div>
  );
}

interface AskingProps extends Question {
  projectId: string;
  step: Step;
  steps: readonly Step[];
  onClose: () => void;
  onOrder: (order: Order) => void;
}

function Ask({ asking, ...props }: AskingProps): ReactNode {
  const verb = verbOf(asking);
  if (verb === 'evict') return <EvictDialog {...props} to={asking === 'give' ? 'person' : 'pool'} />;
  if (verb === 'assign') return <AssignDialog {...props} />;
  if (verb === 'priority') return <PriorityDialog {...props} />;
  if (verb === 'resolve') return <ResolveDialog {...props} />;
  return needsReason(verb) ? <ReasonDialog {...props} verb={verb} /> : null;
}
