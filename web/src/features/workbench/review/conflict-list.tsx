/** Everything that the answers differ in, worst first: what it is, what about it, how alike they are, and what was decided. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { Circle, CircleCheck, CircleMinus } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';

import { differenceOf, percent, titleOf } from '~/agreement/words';
import { cx } from '~/lib/cx';
import { useStore } from '~/lib/use-store';
import type { Adjudication } from './adjudication';
import type { Decided, Thing } from './decisions';
import { decisionOf, namesOf } from './words';

const ROW = 44;

export function ConflictList({ adjudication }: { adjudication: Adjudication }): ReactNode {
  const { conflicts } = adjudication;
  const current = useStore(adjudication.current);
  useStore(adjudication.decisions);
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used in this component alone
  const virtual = useVirtualizer({
    count: conflicts.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 6,
  });
  const at = current ? conflicts.indexOf(current) : -1;
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- scrolls when the choice moves, not when the list is measured
  }, [at]);
  const answers = namesOf(adjudication);
  return (
    <div className="conflicts-scroll" ref={scroller}>
      <ol className="conflicts" style={{ height: virtual.getTotalSize() }} aria-label="Conflicts, worst first">
        {virtual.getVirtualItems().map((item) => {
          const thing = conflicts[item.index];
          if (!thing) return null;
          return (
            <li key={thing.key} style={{ transform: `translateY(${item.start}px)`, height: ROW }}>
              <Row
                thing={thing}
                answers={answers}
                decided={adjudication.decided(thing)}
                isCurrent={thing === current}
                onGo={() => adjudication.go(thing)}
              />
            </li>
          );
        })}
      </ol>
    </div>
  );
}

interface RowProps {
  thing: Thing;
  answers: readonly string[];
  decided: Decided | null;
  isCurrent: boolean;
  onGo: () => void;
}

function Row({ thing, answers, decided, isCurrent, onGo }: RowProps): ReactNode {
  const Icon = decided === null ? Circle : decided.kind === 'left_out' ? CircleMinus : CircleCheck;
  const about = decided === null ? differenceOf(thing, answers) : decisionOf(decided, answers);
  return (
    <button
      type="button"
      className={cx('conflict', decided !== null && 'conflict-decided')}
      aria-current={isCurrent}
      data-testid="conflict"
      onClick={onGo}
    >
      <Icon size={15} className="conflict-icon" aria-hidden />
      <span className="conflict-text">
        <span className="truncate">{titleOf(thing)}</span>
        <small className="muted truncate">
          <span className="sr-only">{decided === null ? 'open, ' : 'decided, '}</span>
          {about}
        </small>
      </span>
      {thing.likeness !== null && (
        <span className="conflict-iou num" title="How much their shapes overlap">
          {percent(thing.likeness)}
        </span>
      )}
    </button>
  );
}
