import { useVirtualizer } from '@tanstack/react-virtual';
import { CirclePause } from 'lucide-react';
import { useEffect, useId, useMemo, useRef, type KeyboardEvent, type ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { ago } from '~/lib/time';
import { useNow } from '~/lib/use-now';
import { Avatar } from '~/ui/people';
import { Skeleton } from '~/ui/feedback';
import { isAtWork, labelOf, type StepTask } from './actions';
import { lasted } from '../history/timeline';
import { holdWords } from './holds';
import { lastingOf } from './lasting';
import type { StepTaskState } from './queries';
import { click, press, type Selection } from './selection';

const ROW = 38;

interface TaskRowsProps {
  label: string;
  state: StepTaskState;
  /** How long an answer takes in this step, in milliseconds; null: there is none yet. */
  average: number | null;
  rows: readonly StepTask[];
  pending: boolean;
  more: boolean;
  loadMore: () => void;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  onOpen: (task: StepTask) => void;
}

/** A list of any length: arrows move, Space chooses, Shift stretches, Ctrl+A takes all that is loaded, Enter opens. */
export function TaskRows({
  label,
  state,
  average,
  rows,
  pending,
  more,
  loadMore,
  selection,
  onSelect,
  onOpen,
}: TaskRowsProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const name = useId();
  const now = useNow(30_000);
  const ids = useMemo(() => rows.map((task) => task.id), [rows]);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used in this component alone
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= rows.length - 20) loadMore();
  }, [more, last, rows.length, loadMore]);

  const here = Math.min(selection.at, rows.length - 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    const task = rows[here];
    if (event.key === 'Enter' && task) {
      event.preventDefault();
      onOpen(task);
      return;
    }
    const next = press(selection, event, ids);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    onSelect(next);
    virtual.scrollToIndex(next.at);
  };
  return (
    <div className="step-table">
      <div className="step-row step-table-head" aria-hidden>
        <span />
        <span>Task</span>
        <span>Who</span>
        <span className="num">Priority</span>
        <span>{state === 'working' || state === 'done' ? 'Started' : 'Since'}</span>
        <span>Duration</span>
        <span>Note</span>
      </div>
      <div
        ref={scroller}
        className="step-table-body"
        role="listbox"
        aria-multiselectable
        aria-label={label}
        aria-busy={pending}
        tabIndex={0}
        {...(rows.length > 0 ? { 'aria-activedescendant': `${name}-${here}` } : {})}
        onKeyDown={onKeyDown}
      >
        {pending && <Skeleton height={ROW * 3} />}
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="presentation">
          {items.map(({ index, start }) => {
            const task = rows[index];
            if (!task) return null;
            const chosen = selection.chosen.has(task.id);
            return (
              <div
                key={task.id}
                id={`${name}-${index}`}
                role="option"
                aria-selected={chosen}
                aria-setsize={more ? -1 : rows.length}
                aria-posinset={index + 1}
                className={cx('step-row', chosen && 'step-row-chosen', index === here && 'step-row-here')}
                style={{ height: ROW, transform: `translateY(${start}px)` }}
                onClick={(event) => onSelect(click(selection, index, event.shiftKey, ids))}
                onDoubleClick={() => onOpen(task)}
                data-testid="step-task"
              >
                <Row task={task} chosen={chosen} average={average} now={now} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  task: StepTask;
  chosen: boolean;
  average: number | null;
  now: number;
}

function Row({ task, chosen, average, now }: RowProps): ReactNode {
  const holders = task.people.filter(isAtWork);
  const shown = holders.length > 0 ? holders : task.people;
  const since = task.started_at ?? task.places?.opened_at;
  const lasting = lastingOf(task, average, now);
  return (
    <>
      <span className={cx('step-check', chosen && 'step-check-on')} aria-hidden />
      <span className="truncate" title={labelOf(task)}>
        {labelOf(task)}
      </span>
      <span className="step-who">
        {shown.map(({ assignment_id, user }) => (
          <Avatar key={assignment_id} person={user} size={20} />
        ))}
        <span className="truncate">{shown.map(({ user }) => user.name).join(', ') || <span className="muted">–</span>}</span>
      </span>
      <span className="num" aria-label={`Priority ${task.priority}`}>
        {task.priority}
      </span>
      <span className="muted truncate" title={since ? new Date(since).toLocaleString() : undefined}>
        {since ? ago(since, now) : '–'}
      </span>
      <span className={cx('truncate num', lasting?.long ? 'step-long' : 'muted')}>
        {lasting ? lasted(lasting.ms) : '–'}
        {lasting?.long && <b title="More than three times as long as others took"> long</b>}
      </span>
      <span className="truncate step-note" title={noteOf(task, now)}>
        {task.held !== null && <CirclePause size={13} aria-hidden />}
        {noteOf(task, now)}
      </span>
    </>
  );
}

function noteOf({ held, places, people }: StepTask, now: number): string {
  if (held !== null) return holdWords(held);
  if (places?.kept_for) return `Kept for ${places.kept_for.name}`;
  if (places?.rests_until && Date.parse(places.rests_until) > now) return 'Rests after skips';
  const answered = people.filter((person) => person.submitted_at !== null).length;
  if (places && places.needed > 1) return `${answered} of ${places.needed} answered`;
  return places?.mode === 'manual' && places.free > 0 ? 'Waits to be assigned' : '';
}
