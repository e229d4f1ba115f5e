import type { PersonHere } from '@tandem/client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useQueryClient } from '@tanstack/react-query';
import { ChevronDown, ImageIcon, Search, SearchX } from 'lucide-react';
import { useDeferredValue, useEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';
import { Link } from 'wouter';

import { ago } from '~/lib/time';
import { useNow } from '~/lib/use-now';
import { useMay, useTasks, type Project, type Task, type TaskStatus } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Empty, Failed, Skeleton } from '~/ui/feedback';
import { Menu, MenuItem, MenuLine } from '~/ui/menu';
import { AvatarStack } from '~/ui/people';
import { STATUS_NAMES, StatusPill } from './status';

const ROW = 44;
const FILTERS: readonly TaskStatus[] = ['pending', 'assigned', 'in_progress', 'completed', 'skipped', 'rejected'];

interface TasksTabProps {
  project: Project;
  people: readonly PersonHere[];
  /** Changes when the project's counts do: the pages are then asked for anew. */
  progressKey: string;
}

export function TasksTab({ project, people, progressKey }: TasksTabProps): ReactNode {
  const [status, setStatus] = useState<TaskStatus | null>(null);
  const [typed, setTyped] = useState('');
  const q = useDeferredValue(typed.trim());
  const tasks = useTasks(project.id, { status, q });
  const client = useQueryClient();
  const scroller = useRef<HTMLDivElement>(null);

  const first = useRef(progressKey);
  useEffect(() => {
    if (first.current === progressKey) return;
    first.current = progressKey;
    // A burst of changes is one reload.
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: ['tasks', project.id] }), 400);
    return () => clearTimeout(timer);
  }, [progressKey, client, project.id]);

  const rows = useMemo(() => tasks.data?.pages.flatMap((page) => page.items) ?? [], [tasks.data]);
  return (
    <section className="tasks" aria-label="Tasks">
      <div className="toolbar">
        <label className="search">
          <Search size={15} aria-hidden />
          <input
            type="search"
            placeholder="Find by name …"
            aria-label="Find tasks by name"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <Menu
          align="start"
          trigger={
            <Button data-testid="status-filter">
              {status ? STATUS_NAMES[status] : 'All statuses'} <ChevronDown size={14} aria-hidden />
            </Button>
          }
        >
          <MenuItem checked={status === null} onSelect={() => setStatus(null)}>
            All statuses
          </MenuItem>
          <MenuLine />
          {FILTERS.map((value) => (
            <MenuItem key={value} checked={status === value} onSelect={() => setStatus(value)}>
              {STATUS_NAMES[value]}
            </MenuItem>
          ))}
        </Menu>
      </div>
      <div className="table" role="table" aria-label="Tasks" aria-rowcount={tasks.hasNextPage ? -1 : rows.length + 1}>
        <div className="table-head" role="row">
          {['Task', 'Status', 'Regions', 'In hand', 'Changed'].map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
        <div className="table-body" ref={scroller} role="rowgroup" tabIndex={-1}>
          {tasks.isError ? (
            <Failed error={tasks.error} retry={() => void tasks.refetch()} />
          ) : tasks.isPending ? (
            <LoadingRows />
          ) : rows.length === 0 ? (
            <NoTasks project={project} filtered={status !== null || q !== ''} />
          ) : (
            <Rows
              scroller={scroller}
              rows={rows}
              people={people}
              more={tasks.hasNextPage}
              loadMore={() => !tasks.isFetchingNextPage && void tasks.fetchNextPage()}
            />
          )}
        </div>
      </div>
    </section>
  );
}

interface RowsProps {
  scroller: RefObject<HTMLDivElement | null>;
  rows: readonly Task[];
  people: readonly PersonHere[];
  more: boolean;
  loadMore: () => void;
}

function Rows({ scroller, rows, people, more, loadMore }: RowsProps): ReactNode {
  const now = useNow(30_000);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used in this component alone
  const virtual = useVirtualizer({
    count: rows.length + (more ? 1 : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= rows.length - 20) loadMore();
  }, [more, last, rows.length, loadMore]);
  return (
    <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
      {items.map((item) => {
        const task = rows[item.index];
        const style = { transform: `translateY(${item.start}px)`, height: ROW };
        if (!task) {
          return (
            <div key="more" className="table-row" style={style} role="row">
              <Skeleton width={180} />
            </div>
          );
        }
        const here = people.filter((p) => p.task_id === task.id).map((p) => p.user);
        return <Row key={task.id} task={task} here={here} now={now} style={style} index={item.index} />;
      })}
    </div>
  );
}

interface RowProps {
  task: Task;
  here: Parameters<typeof AvatarStack>[0]['people'];
  now: number;
  index: number;
  style: { transform: string; height: number };
}

const Row = ({ task, here, now, style, index }: RowProps): ReactNode => (
  <Link
    className="table-row"
    role="row"
    aria-rowindex={index + 2}
    href={`/projects/${task.project_id}/tasks/${task.id}`}
    style={style}
    data-testid="task-row"
  >
    <span role="cell" className="task-name">
      <ImageIcon size={15} aria-hidden />
      <span className="truncate">{task.external_id ?? task.asset.filename}</span>
      <AvatarStack people={here} max={3} size={20} />
    </span>
    <span role="cell">
      <StatusPill status={task.status} />
    </span>
    <span role="cell" className="num muted">
      {task.region_count > 0 ? task.region_count : '–'}
    </span>
    <span role="cell" className="truncate">
      {task.lease ? task.lease.user_name : <span className="muted">–</span>}
    </span>
    <span role="cell" className="muted truncate">
      {ago(task.updated_at, now)}
    </span>
  </Link>
);

const LoadingRows = (): ReactNode => (
  <div aria-busy="true" aria-label="Loading tasks">
    {Array.from({ length: 9 }, (_, n) => (
      <div key={n} className="table-row table-row-flow" style={{ height: ROW }}>
        <Skeleton width={150 + ((n * 37) % 90)} />
        <Skeleton width={70} />
        <Skeleton width={24} />
        <Skeleton width={80} />
        <Skeleton width={70} />
      </div>
    ))}
  </div>
);

function NoTasks({ project, filtered }: { project: Project; filtered: boolean }): ReactNode {
  const may = useMay(project.id);
  if (filtered) {
    return (
      <Empty icon={<SearchX size={20} />} title="No task matches">
        Names are matched from their beginning. Try fewer letters or another status.
      </Empty>
    );
  }
  return (
    <Empty
      icon={<ImageIcon size={20} />}
      title="No task yet"
      action={
        may('asset.write') && (
          <Link className="btn btn-solid" href={`/projects/${project.id}/data`}>
            Upload images
          </Link>
        )
      }
    >
      A task is one image to label. Upload images and make tasks of them.
    </Empty>
  );
}
