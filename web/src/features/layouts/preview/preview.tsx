import { ChevronLeft, ChevronRight, Laptop, RotateCcw, Smartphone, Tablet, type LucideIcon } from 'lucide-react';
import { useLayoutEffect, useRef, useState, type ReactNode } from 'react';

import { Boundary } from '~/app/boundary';
import type { Layout } from '~/layout/tree';
import { useMe, useTask, type Project, type Task } from '~/session/queries';
import { IconButton } from '~/ui/controls';
import { Empty, Failed, Skeleton } from '~/ui/feedback';
import { useDraftRoom } from './draft-room';
import { Sheet } from './sheet';
import { REACH } from './use-task-by-number';
import { LAPTOP, WIDTHS, type Width } from './widths';

interface PreviewProps {
  project: Project;
  /** What the text was when it was last right; null: it has not been yet. */
  layout: Layout | null;
  /** The text has mistakes since. */
  isOld: boolean;
  /** The task it is shown on; null: none is there. */
  task: Task | null;
  error: Error | null;
  isPending: boolean;
  number: number;
  onNumber: (number: number) => void;
}

const ICONS: Record<Width['id'], LucideIcon> = { laptop: Laptop, tablet: Tablet, phone: Smartphone };

/** The layout beside its text, on a real task. */
export function Preview({ project, layout, isOld, task, error, isPending, number, onNumber }: PreviewProps): ReactNode {
  const [width, setWidth] = useState<Width>(LAPTOP);
  const [round, setRound] = useState(0);
  const most = Math.min(project.progress.total, REACH);
  return (
    <section className="preview" aria-label="Preview">
      <div className="preview-bar">
        <IconButton label="Show the task before" disabled={number <= 1} onClick={() => onNumber(number - 1)}>
          <ChevronLeft size={16} aria-hidden />
        </IconButton>
        <label className="preview-task">
          <span>Task</span>
          <input
            className="input num"
            type="number"
            min={1}
            max={most}
            value={number}
            onChange={({ target }) => {
              const wanted = target.valueAsNumber;
              if (Number.isInteger(wanted) && wanted >= 1 && wanted <= most) onNumber(wanted);
            }}
          />
          <span className="num">of {most}</span>
        </label>
        <IconButton label="Show the next task" disabled={number >= most} onClick={() => onNumber(number + 1)}>
          <ChevronRight size={16} aria-hidden />
        </IconButton>
        <IconButton label="Empty the preview's answer" onClick={() => setRound((n) => n + 1)}>
          <RotateCcw size={15} aria-hidden />
        </IconButton>
        <span className="spacer" />
        <div className="switch" role="group" aria-label="Shown as on a">
          {WIDTHS.map((one) => {
            const Icon = ICONS[one.id];
            return (
              <button
                key={one.id}
                type="button"
                aria-pressed={one.id === width.id}
                aria-label={`${one.name}, ${one.px} pixels wide`}
                title={`${one.name}, ${one.px} pixels wide`}
                onClick={() => setWidth(one)}
              >
                <Icon size={15} aria-hidden />
              </button>
            );
          })}
        </div>
      </div>
      <p id="preview-help" className="preview-note" role="status">
        {isOld && layout ? 'As it was before the mistakes: mend them, and it follows.' : 'What is entered here goes nowhere.'}
      </p>
      {error ? (
        <Failed error={error} />
      ) : isPending ? (
        <Skeleton height={240} />
      ) : !task ? (
        <Empty icon={<Laptop size={20} />} title="There is no task to show it on">
          Tasks come with images and with imports, under Data.
        </Empty>
      ) : task.is_withheld ? (
        <Empty icon={<Laptop size={20} />} title="This task is not shown to you">
          It is for whoever accepts it. Choose another one.
        </Empty>
      ) : layout ? (
        <Scaled width={width}>
          <Drafted key={task.id} layout={layout} taskId={task.id} project={project} width={width} round={round} />
        </Scaled>
      ) : (
        <Empty icon={<Laptop size={20} />} title="Nothing to show yet">
          The preview comes when the text has no mistakes.
        </Empty>
      )}
    </section>
  );
}

interface DraftedProps {
  layout: Layout;
  taskId: string;
  project: Project;
  width: Width;
  round: number;
}

function Drafted({ taskId, round, ...rest }: DraftedProps): ReactNode {
  const me = useMe();
  const task = useTask(taskId);
  const room = useDraftRoom(taskId, me.user.id, round);
  if (task.isLoadingError) return <Failed error={task.error} retry={() => void task.refetch()} />;
  if (!room || !task.data) return <Skeleton height={240} />;
  return (
    <Boundary of={rest.layout} fallback={(error) => <Failed error={error} />}>
      <Sheet {...rest} task={task.data} room={room} />
    </Boundary>
  );
}

/** A screen of some width, as small as the room there is. */
function Scaled({ width, children }: { width: Width; children: ReactNode }): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = (): void => setRoom(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const zoom = room === 0 ? 1 : Math.min(1, room / width.px);
  return (
    <div className="preview-room" ref={box}>
      <div className="preview-screen" style={{ width: width.px, zoom }}>
        {children}
      </div>
    </div>
  );
}
