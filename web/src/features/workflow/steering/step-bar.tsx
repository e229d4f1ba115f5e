/** What can be done to the tasks in hand, and the question before it is. */
import {
  CirclePause,
  CirclePlay,
  ExternalLink,
  FileDown,
  Gavel,
  ListOrdered,
  MoreHorizontal,
  RotateCcw,
  Route,
  StickyNote,
  Undo2,
  UserMinus,
  UserPlus,
  UserRoundPen,
} from 'lucide-react';
import type { ReactNode } from 'react';

import { Button } from '~/ui/controls';
import { Menu, MenuItem, MenuLine } from '~/ui/menu';
import { isForPeople, type Step } from '../form';
import { applies, VERB_NAMES, verbName, type StepTask, type Verb } from './actions';
import { AssignDialog, EvictDialog, needsReason, PriorityDialog, ReasonDialog } from './dialogs';
import { endsByHand } from './holds';
import { outcomeKind } from './outcome';
import { ResolveDialog } from './resolve-dialog';
import { FORMATS, MOST_EXPORTED, type ExportFormat } from './use-export';
import type { Order } from './use-steering';

export type Asking = Verb | 'give';
export const verbOf = (asking: Asking): Verb => (asking === 'give' ? 'evict' : asking);

export interface Question {
  readonly asking: Asking;
  readonly tasks: readonly StepTask[];
}

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
  note: (tasks: readonly StepTask[]) => void;
  exportAs: (tasks: readonly StepTask[], format: ExportFormat) => void;
}

/** What can be done to the tasks in hand. A button that fits none of them is not there to be pressed. */
export function Bar({ step, chosen, picked, busy, ask, open, seeWay, note, exportAs }: BarProps): ReactNode {
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
        <MenuItem icon={<StickyNote size={15} aria-hidden />} disabled={chosen.length === 0} onSelect={() => note(chosen)}>
          Add a note …
        </MenuItem>
        {FORMATS.map(([format, name]) => (
          <MenuItem
            key={format}
            icon={<FileDown size={15} aria-hidden />}
            disabled={chosen.length === 0 || chosen.length > MOST_EXPORTED}
            onSelect={() => exportAs(chosen, format)}
          >
            Export as {name}
          </MenuItem>
        ))}
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

export function Ask({ asking, ...props }: AskingProps): ReactNode {
  const verb = verbOf(asking);
  if (verb === 'evict') return <EvictDialog {...props} to={asking === 'give' ? 'person' : 'pool'} />;
  if (verb === 'assign') return <AssignDialog {...props} />;
  if (verb === 'priority') return <PriorityDialog {...props} />;
  if (verb === 'resolve') return <ResolveDialog {...props} />;
  return needsReason(verb) ? <ReasonDialog {...props} verb={verb} /> : null;
}
