/** Each answer on a picture of its own beside the one that is worked on; all move together. */
import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';

import type { LoadedPicture } from '~/canvas/images';
import type { Looks } from '~/canvas/overlay';
import { StillCanvas } from '~/canvas/still-canvas';
import type { ImagePoint } from '~/geometry/points';
import type { Adjudication } from './adjudication';
import { Stroke } from './answers-list';
import { AnswersUnderlay } from './answers-underlay';
import { columnsFor } from './panes';

/** How far a click may miss, in CSS pixels. */
const REACH = 10;
interface SideBySideProps {
  adjudication: Adjudication;
  picture: LoadedPicture | null;
  looks: Looks;
  /** What is worked on. */
  children: ReactNode;
}

export function SideBySide({ adjudication, picture, looks, children }: SideBySideProps): ReactNode {
  const { answers, desk } = adjudication;
  const [host, setHost] = useState<HTMLDivElement | null>(null);
  const [columns, setColumns] = useState(2);
  const panes = answers.length + 1;
  useEffect(() => {
    if (!host) return;
    const measure = (): void => setColumns(columnsFor(panes, { width: host.clientWidth, height: host.clientHeight }, desk.image));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(host);
    return () => observer.disconnect();
  }, [host, panes, desk]);
  // What was seen of the picture stays seen when the place for it changes.
  useEffect(() => {
    const current = adjudication.current.get();
    if (current) adjudication.go(current);
    else desk.camera.fit();
  }, [adjudication, desk, columns]);
  const rows = Math.ceil(panes / columns);
  return (
    <div
      ref={setHost}
      className="panes"
      style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, gridTemplateRows: `repeat(${rows}, minmax(0, 1fr))` }}
    >
      <section className="pane" aria-label="Your decision">
        <h3 className="pane-head">Your decision</h3>
        <div className="pane-picture">{children}</div>
      </section>
      {answers.map(({ at, name, id }) => (
        <Pane key={id} {...{ adjudication, at, name, picture, looks }} />
      ))}
    </div>
  );
}

interface PaneProps {
  adjudication: Adjudication;
  at: number;
  name: string;
  picture: LoadedPicture | null;
  looks: Looks;
}

function Pane({ adjudication, at, name, picture, looks }: PaneProps): ReactNode {
  const { desk } = adjudication;
  const shown = useMemo(() => new AnswersUnderlay(adjudication, at), [adjudication, at]);
  const go = useCallback(
    (point: ImagePoint) => {
      const thing = shown.at(point, REACH / desk.camera.view.get().scale);
      if (thing) adjudication.go(thing);
    },
    [adjudication, desk, shown],
  );
  return (
    <section className="pane" aria-label={`What ${name} drew`} data-testid="pane">
      <h3 className="pane-head">
        <Stroke at={at} />
        <span className="truncate">{name}</span>
      </h3>
      <div className="pane-picture">
        <StillCanvas desk={desk} picture={picture} looks={looks} shown={shown} label={`What ${name} drew`} onClick={go} />
      </div>
    </section>
  );
}
