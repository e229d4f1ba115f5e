import type { Peer, RegionSnapshot, TaskRoom } from '@tandem/client';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  Box as BoxIcon,
  Circle,
  CircleDot,
  Diamond,
  Eye,
  EyeOff,
  Group,
  Hexagon,
  Lock,
  PenLine,
  Search,
  Spline,
  Square,
  SquareDashed,
  Trash2,
  TriangleAlert,
  Waypoints,
  Brush,
} from 'lucide-react';
import {
  memo,
  useEffect,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
} from 'react';

import type { Looks } from '~/canvas/overlay';
import { describe, type RegionKind } from '~/geometry/shapes';
import { cx } from '~/lib/cx';
import { useCoarse } from '~/lib/use-coarse';
import { useLive, useStore } from '~/lib/use-store';
import * as commands from '~/tools/commands';
import type { Desk } from '~/tools/desk';
import { byName } from '~/tools/labels';
import { linksOf, relationsAt, type Related } from '~/tools/relations';
import { Avatar } from '~/ui/people';
import type { AnnotatorSetup } from './annotator-setup';
import { EVERYTHING, filtering, isEverything } from './region-filter';
import { RegionFind } from './region-find';
import { regionFaults } from './region-rules';
import { RelationRow } from './relation-row';
import type { Person } from './use-people';
import { useSelection } from './use-selection';

/** CSS pixels, by a mouse and by a finger. */
const ROW = { fine: 34, coarse: 44 };

const ICONS: Record<RegionKind, typeof Square> = {
  box: Square,
  rotated_box: Diamond,
  ellipse: Circle,
  cuboid: BoxIcon,
  polygon: Hexagon,
  polyline: Spline,
  point: CircleDot,
  keypoints: Waypoints,
  mask: Brush,
};

interface RegionListProps {
  desk: Desk;
  room: TaskRoom;
  setup: AnnotatorSetup;
  looks: Looks;
  people: ReadonlyMap<string, Person>;
}

interface ListRow {
  readonly region: RegionSnapshot;
  /** Absent: the region itself. */
  readonly related?: Related;
}

/** Each region with what it has to do with others below it. */
function rowsOf(listed: readonly RegionSnapshot[], room: TaskRoom): readonly ListRow[] {
  if (linksOf(room.regions.list()).length === 0) return listed.map((region) => ({ region }));
  return listed.flatMap((region): ListRow[] => [
    { region },
    ...relationsAt(room.regions, region.id).map((related) => ({ region, related })),
  ]);
}

const keyOf = ({ region, related }: ListRow): string => [region.id, related?.from, related?.to, related?.label].join(' ');

/** Every region, as on the canvas and by keyboard: choose, show and hide, delete. What it still lacks is marked, and what it has to do with others said. */
export function RegionList({ desk, room, setup, looks, people }: RegionListProps): ReactNode {
  const labels = useMemo(() => byName(setup.labels), [setup]);
  const regions = useLive(room.regions, () => room.regions.list());
  const all = useMemo(() => [...regions].reverse(), [regions]);
  const selection = useSelection(desk);
  const hidden = useStore(desk.hidden);
  const locked = useStore(desk.locked);
  const finding = useStore(desk.finding);
  const [filter, setFilter] = useState(EVERYTHING);
  const isWhole = !finding || isEverything(filter);
  const passes = useMemo(() => {
    if (isWhole) return null;
    const lacks = (region: RegionSnapshot): boolean => regionFaults(labels.get(region.label), region).length > 0;
    return filtering(filter, { hidden, locked, lacks: labels.size === 0 ? () => false : lacks });
  }, [isWhole, filter, hidden, locked, labels]);
  // Going from one region to the next goes by what the list shows.
  useEffect(() => {
    desk.narrowed = passes;
    return () => {
      desk.narrowed = null;
    };
  }, [desk, passes]);
  const listed = useMemo(() => (passes ? all.filter(passes) : all), [all, passes]);
  const rows = useMemo(() => rowsOf(listed, room), [listed, room]);
  const peers = useLive(room.presence, () => room.presence.peers());
  const editors = useMemo(() => editing(peers, room.presence.me), [peers, room]);
  const scroller = useRef<HTMLDivElement>(null);
  const height = ROW[useCoarse() ? 'coarse' : 'fine'];
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used in this component alone
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 10,
  });

  // eslint-disable-next-line react-hooks/exhaustive-deps -- a mouse was plugged in, or a tablet taken off its keyboard
  useEffect(() => virtual.measure(), [height]);

  const first = selection[0];
  const index = first === undefined ? -1 : rows.findIndex(({ region, related }) => !related && region.id === first);
  useEffect(() => {
    // What is pressed on the picture is in hand first: thirty other rows take longer than a frame.
    if (index >= 0) return whenReleased(desk, () => virtual.scrollToIndex(index, { align: 'auto' }));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- scrolls when the choice moves, not when the list is measured
  }, [index]);

  const allHidden = listed.length > 0 && listed.every((region) => hidden.has(region.id));
  return (
    <section className="side-regions" aria-labelledby="regions-title">
      <div className="side-head">
        <h2 className="side-title" id="regions-title">
          Regions
        </h2>
        <span className="muted num">{isWhole ? all.length : `${listed.length} of ${all.length}`}</span>
        <span className="spacer" />
        <button
          type="button"
          className="row-icon"
          aria-label="Find regions"
          aria-expanded={finding}
          disabled={all.length === 0 && !finding}
          onClick={() => desk.finding.set(!finding)}
          data-testid="find-regions"
        >
          <Search size={15} aria-hidden />
        </button>
        <button
          type="button"
          className="row-icon"
          aria-label={`${allHidden ? 'Show' : 'Hide'} ${isWhole ? 'all regions' : 'the regions found'}`}
          disabled={listed.length === 0}
          onClick={() => desk.toggleHidden(listed.map((region) => region.id))}
        >
          {allHidden ? <EyeOff size={15} aria-hidden /> : <Eye size={15} aria-hidden />}
        </button>
      </div>
      {finding && <RegionFind filter={filter} onChange={setFilter} onClose={() => desk.finding.set(false)} />}
      {all.length === 0 && (
        <p className="muted side-none">Nothing is labelled yet. Take a tool on the left and draw over an object.</p>
      )}
      {all.length > 0 && listed.length === 0 && <p className="muted side-none">No region is like that.</p>}
      {listed.length > 0 && (
        <div className="region-scroll" ref={scroller}>
          <ul style={{ height: virtual.getTotalSize() }} className="region-list">
            {virtual.getVirtualItems().map((item) => {
              const row = rows[item.index];
              if (!row) return null;
              const { region, related } = row;
              if (related) return <RelationRow key={keyOf(row)} {...{ desk, related }} at={region.id} start={item.start} />;
              return (
                <Row
                  key={region.id}
                  region={region}
                  start={item.start}
                  color={looks.color(region.label)}
                  author={region.author === null ? undefined : people.get(region.author)}
                  editor={editors.get(region.id)}
                  selected={selection.includes(region.id)}
                  hidden={hidden.has(region.id)}
                  locked={locked.has(region.id)}
                  fault={labels.size === 0 ? undefined : regionFaults(labels.get(region.label), region)[0]?.message}
                  desk={desk}
                />
              );
            })}
          </ul>
        </div>
      )}
    </section>
  );
}

/** Now, or when the pointer that is down is lifted. */
function whenReleased({ pressed }: Desk, act: () => void): () => void {
  const look = (): void => {
    if (pressed.get()) return;
    stop();
    act();
  };
  const stop = pressed.subscribe(look);
  look();
  return stop;
}

interface RowProps {
  region: RegionSnapshot;
  start: number;
  color: string;
  author: Person | undefined;
  editor: string | undefined;
  selected: boolean;
  hidden: boolean;
  locked: boolean;
  /** What is wrong with it, or missing. */
  fault: string | undefined;
  desk: Desk;
}

const Row = memo(function Row({
  region,
  start,
  color,
  author,
  editor,
  selected,
  hidden,
  locked,
  fault,
  desk,
}: RowProps): ReactNode {
  const Icon = ICONS[region.geometry.kind];
  const occluded = region.attributes.occluded === true;
  const grouped = region.attributes.group !== undefined;
  const flags = [occluded && 'occluded', grouped && 'in a group', hidden && 'hidden', locked && 'locked', fault].filter(Boolean);
  // What is to be seen in the row is what it is called: its label, and who is at it.
  const name = editor === undefined ? region.label : `${region.label} ${editor} is editing`;
  const about = [`${name}: ${describe(region.geometry)}`, author && `by ${author.name}`, ...flags].filter(Boolean).join(', ');
  const toggle = (): void => {
    const rest = desk.selection.get().filter((id) => id !== region.id);
    desk.select(selected ? rest : [...rest, region.id]);
  };
  const choose = (event: MouseEvent): void => {
    const gathers = desk.handheld.get() && desk.gathers.get();
    if (event.shiftKey || event.ctrlKey || event.metaKey || gathers) toggle();
    else desk.goTo(region.id);
  };
  /** Enter chooses it alone, the space bar adds it to what is chosen, or takes it from it. */
  const onSpace = (event: KeyboardEvent): void => {
    if (event.key !== ' ') return;
    event.preventDefault();
    if (event.type === 'keydown' && !event.repeat) toggle();
  };
  const remove = (): void => {
    desk.select([region.id]);
    commands.remove(desk);
  };
  const style: CSSProperties = { transform: `translateY(${start}px)`, '--label': color };
  return (
    <li
      className={cx('region-row', selected && 'region-on', hidden && 'region-hidden')}
      style={style}
      data-testid="region-row"
      data-region={region.id}
    >
      <button
        type="button"
        className="region-main"
        aria-pressed={selected}
        aria-label={about}
        title={fault ?? describe(region.geometry)}
        onClick={choose}
        onKeyDown={onSpace}
        onKeyUp={onSpace}
        onPointerEnter={() => desk.hovered.set(region.id)}
        onPointerLeave={() => desk.hovered.set(null)}
      >
        <Icon size={14} strokeWidth={2.25} className="region-icon" aria-hidden />
        <span className="truncate">{region.label}</span>
        {fault !== undefined && <TriangleAlert size={13} className="region-fault" data-testid="region-fault" aria-hidden />}
        {occluded && <SquareDashed size={12} className="muted" aria-hidden />}
        {grouped && <Group size={12} className="muted" aria-hidden />}
        {editor && (
          <span className="region-editor truncate">
            <PenLine size={12} aria-hidden /> {editor}
          </span>
        )}
      </button>
      <button type="button" className="row-icon row-hover" aria-label={`Delete ${about}`} onClick={remove}>
        <Trash2 size={14} aria-hidden />
      </button>
      {locked && (
        <button
          type="button"
          className="row-icon"
          aria-label={`Unlock ${region.label}`}
          onClick={() => desk.toggleLocked([region.id])}
        >
          <Lock size={13} aria-hidden />
        </button>
      )}
      <button
        type="button"
        className={cx('row-icon', !hidden && 'row-hover')}
        aria-label={`${hidden ? 'Show' : 'Hide'} ${region.label}`}
        onClick={() => desk.toggleHidden([region.id])}
      >
        {hidden ? <EyeOff size={14} aria-hidden /> : <Eye size={14} aria-hidden />}
      </button>
      {author && (
        <span className="region-author" title={author.name}>
          <Avatar person={author} size={18} />
        </span>
      )}
    </li>
  );
});

function editing(peers: readonly Peer[], me: number | undefined): Map<string, string> {
  const editors = new Map<string, string>();
  for (const { peer, user, state } of peers) {
    if (peer !== me && state.editing != null) editors.set(state.editing, user.name.split(' ')[0] ?? user.name);
  }
  return editors;
}
