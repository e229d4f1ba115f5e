import {
  AlignCenterHorizontal,
  AlignCenterVertical,
  AlignEndHorizontal,
  AlignEndVertical,
  AlignHorizontalDistributeCenter,
  AlignStartHorizontal,
  AlignStartVertical,
  AlignVerticalDistributeCenter,
  BringToFront,
  CircleDashed,
  Copy,
  EyeOff,
  Group,
  LayoutGrid,
  Link2,
  Lock,
  Magnet,
  PaintBucket,
  Repeat,
  SendToBack,
  SquareDashed,
  SquaresExclude,
  SquaresUnite,
  Trash2,
  Ungroup,
  Waypoints,
} from 'lucide-react';
import type { RegionSnapshot } from '@tandem/client';
import type { ReactNode } from 'react';

import type { AlignEdge } from '~/geometry/arrange';
import { MOST_GRIPS, outlinePoints } from '~/geometry/grips';
import { type CommandId } from '~/hotkeys/commands';
import { hint } from '~/hotkeys/keymap';
import { useLive, useStore } from '~/lib/use-store';
import * as commands from '~/tools/commands';
import type { Desk } from '~/tools/desk';
import type { ToolName } from '~/tools/tool';
import { IconButton } from '~/ui/controls';
import { Menu, MenuItem, MenuLine } from '~/ui/menu';
import { Arriving, WandBar, Whole } from './assist-bar';
import { Gathering, Occluding } from './hand-bar';
import { RelationBar } from './relation-bar';
import { SmartBar } from './smart-bar';
import { useSelection } from './use-selection';

type Icon = typeof Lock;

const EDGES: readonly (readonly [AlignEdge, string, Icon])[] = [
  ['left', 'Align left', AlignStartVertical],
  ['centre', 'Align centres', AlignCenterVertical],
  ['right', 'Align right', AlignEndVertical],
  ['top', 'Align tops', AlignStartHorizontal],
  ['middle', 'Align middles', AlignCenterHorizontal],
  ['bottom', 'Align bottoms', AlignEndHorizontal],
];

const DRAWS_LINES: ReadonlySet<ToolName> = new Set(['polygon', 'polyline', 'cut']);
/** Drawn by more than one press. */
const BY_POINTS: ReadonlySet<ToolName> = new Set(['polygon', 'polyline', 'cut', 'keypoints', 'rotated_box', 'cuboid']);
const ASSISTED: ReadonlySet<ToolName> = new Set(['wand', 'scissors', 'smart']);
const PAINTS: ReadonlySet<ToolName> = new Set(['brush', 'eraser']);
const CLOSED: ReadonlySet<RegionSnapshot['geometry']['kind']> = new Set(['box', 'rotated_box', 'ellipse', 'polygon', 'mask']);

/** From here on an outline may have points that nobody needs. */
const MANY_POINTS = 200;

/** Over the picture: what can be done with the tool in hand and with what is selected, and what to do next. */
export function DeskBar({ desk, taken }: { desk: Desk; taken: ReadonlySet<string> }): ReactNode {
  const tool = useStore(desk.tool);
  const hint = useStore(desk.hint);
  const handheld = useStore(desk.handheld);
  return (
    <div className="desk-bar">
      {PAINTS.has(tool) && <BrushSize desk={desk} />}
      {DRAWS_LINES.has(tool) && <Snapping desk={desk} taken={taken} />}
      {tool === 'wand' && <WandBar desk={desk} />}
      {tool === 'smart' && <SmartBar desk={desk} />}
      {tool === 'relation' && <RelationBar desk={desk} />}
      {tool === 'select' && handheld && <Gathering desk={desk} />}
      {tool === 'keypoints' && handheld && <Occluding desk={desk} />}
      {(ASSISTED.has(tool) || (handheld && BY_POINTS.has(tool))) && (
        <Whole desk={desk} what={ASSISTED.has(tool) ? 'click' : 'point'} />
      )}
      {ASSISTED.has(tool) && <Arriving key={tool} assistant={desk.helperOf(tool)} />}
      <Selected desk={desk} taken={taken} />
      <p className="desk-hint" role="status" data-testid="hint" hidden={hint === null}>
        {hint}
      </p>
    </div>
  );
}

/** Points of a finished skeleton that were left out: each can be given a place. */
function Absent({ desk, region }: { desk: Desk; region: RegionSnapshot }): ReactNode {
  const { geometry, label } = region;
  const names = desk.joints(label);
  const absent = geometry.kind === 'keypoints' ? geometry.points.flatMap(({ v }, index) => (v === 0 ? [index] : [])) : [];
  if (absent.length === 0) return null;
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className="btn desk-absent" data-testid="absent-points">
          <CircleDashed size={15} aria-hidden /> {absent.length} absent
        </button>
      }
    >
      {absent.map((index) => (
        <MenuItem key={index} onSelect={() => commands.placeJoint(desk, null, index)}>
          Place {names[index] ?? `point ${index + 1}`}
        </MenuItem>
      ))}
    </Menu>
  );
}

function BrushSize({ desk }: { desk: Desk }): ReactNode {
  const size = useStore(desk.brush);
  return (
    <label className="desk-group desk-brush">
      <span>Size</span>
      <input
        type="range"
        min={1}
        max={200}
        value={Math.min(200, size)}
        aria-label="Brush size in image pixels"
        onChange={(event) => desk.brush.set(Number(event.target.value))}
      />
      <span className="num">{size}</span>
    </label>
  );
}

const keysOf = (id: CommandId, taken: ReadonlySet<string>): { keys?: string } => hint(id, taken);

function Snapping({ desk, taken }: { desk: Desk; taken: ReadonlySet<string> }): ReactNode {
  const on = useStore(desk.snapping);
  return (
    <div className="desk-group">
      <IconButton
        label="Snap to the borders of neighbours"
        {...keysOf('snap', taken)}
        side="bottom"
        pressed={on}
        onClick={() => desk.snapping.set(!on)}
      >
        <Magnet size={16} aria-hidden />
      </IconButton>
    </div>
  );
}

function Selected({ desk, taken }: { desk: Desk; taken: ReadonlySet<string> }): ReactNode {
  const selection = useSelection(desk);
  const regions = useLive(desk.room.regions, () => desk.room.regions.list());
  const locked = useStore(desk.locked);
  if (selection.length === 0) return null;
  const ids = new Set(selection);
  const chosen = regions.filter((region) => ids.has(region.id));
  const closed = chosen.every((region) => CLOSED.has(region.geometry.kind));
  const many = chosen.length > 1;
  const sole = many ? undefined : chosen[0];
  const points = sole ? outlinePoints(sole.geometry) : 0;
  const act = (id: CommandId, label: string, Icon: Icon, run: () => void, pressed?: boolean): ReactNode => (
    <IconButton
      key={id}
      label={label}
      {...keysOf(id, taken)}
      {...(pressed === undefined ? {} : { pressed })}
      side="bottom"
      onClick={run}
      data-testid={`do-${id}`}
    >
      <Icon size={16} aria-hidden />
    </IconButton>
  );
  return (
    <div className="desk-group" role="toolbar" aria-label={many ? `${chosen.length} regions` : 'Selected region'}>
      {many && <span className="desk-count num">{chosen.length}</span>}
      {points > MOST_GRIPS && (
        <span className="desk-count" role="status" data-testid="too-many-points">
          <span className="num">{points.toLocaleString('en')}</span> points, too many to pull
        </span>
      )}
      {points > MANY_POINTS && act('simplify', 'Fewer points, the same course', Waypoints, () => commands.simplify(desk))}
      {sole && <Absent desk={desk} region={sole} />}
      {act('duplicate', 'Duplicate', Copy, () => commands.duplicate(desk))}
      {closed && act('convert', 'Polygon to mask, mask to polygon', Repeat, () => commands.convert(desk))}
      {closed && act('fill', 'Fill holes', PaintBucket, () => commands.fill(desk))}
      {many && closed && act('merge', 'Join into one', SquaresUnite, () => commands.merge(desk))}
      {many &&
        closed &&
        act('subtract', 'Cut the later selected out of the first', SquaresExclude, () => commands.subtract(desk))}
      {chosen.length === 2 && act('relation', 'Relate the first to the second', Link2, () => commands.relate(desk))}
      {many && act('group', 'Group', Group, () => commands.group(desk))}
      {chosen.some((region) => region.attributes.group !== undefined) &&
        act('ungroup', 'Ungroup', Ungroup, () => commands.ungroup(desk))}
      {act(
        'occluded',
        'Occluded',
        SquareDashed,
        () => commands.toggleOccluded(desk),
        chosen.every((region) => region.attributes.occluded === true),
      )}
      {act(
        'lock',
        'Lock: the pointer passes it by',
        Lock,
        () => desk.toggleLocked(),
        selection.every((id) => locked.has(id)),
      )}
      {act('hide', 'Hide', EyeOff, () => desk.toggleHidden())}
      {act('front', 'Bring to the front', BringToFront, () => commands.order(desk, 'front'))}
      {act('back', 'Send to the back', SendToBack, () => commands.order(desk, 'back'))}
      {many && (
        <Menu
          align="start"
          trigger={
            <button type="button" className="icon-btn" aria-label="Align and distribute" title="Align and distribute">
              <LayoutGrid size={16} aria-hidden />
            </button>
          }
        >
          {EDGES.map(([edge, name, Icon]) => (
            <MenuItem key={edge} icon={<Icon size={15} aria-hidden />} onSelect={() => commands.align(desk, edge)}>
              {name}
            </MenuItem>
          ))}
          <MenuLine />
          <MenuItem
            icon={<AlignHorizontalDistributeCenter size={15} aria-hidden />}
            disabled={chosen.length < 3}
            onSelect={() => commands.distribute(desk, 'across')}
          >
            Equal gaps across
          </MenuItem>
          <MenuItem
            icon={<AlignVerticalDistributeCenter size={15} aria-hidden />}
            disabled={chosen.length < 3}
            onSelect={() => commands.distribute(desk, 'down')}
          >
            Equal gaps down
          </MenuItem>
        </Menu>
      )}
      {act('remove', 'Delete', Trash2, () => commands.remove(desk))}
    </div>
  );
}
