import {
  Box as BoxIcon,
  Brush,
  Circle,
  CircleDot,
  Diamond,
  Eraser,
  Hexagon,
  Link2,
  Maximize,
  MessageCircle,
  Minus,
  MousePointer2,
  Plus,
  ScanSearch,
  Scissors,
  Slice,
  SlidersHorizontal,
  Spline,
  Square,
  WandSparkles,
  Waypoints,
} from 'lucide-react';
import type { ReactNode } from 'react';

import { COMMANDS } from '~/hotkeys/commands';
import { hint } from '~/hotkeys/keymap';
import { useStore } from '~/lib/use-store';
import type { Desk } from '~/tools/desk';
import { offersTool } from '~/tools/labels';
import type { ToolName } from '~/tools/tool';
import { IconButton } from '~/ui/controls';
import type { AnnotatorSetup } from './annotator-setup';

const ICONS: Readonly<Record<ToolName, typeof Square>> = {
  select: MousePointer2,
  box: Square,
  rotated_box: Diamond,
  ellipse: Circle,
  cuboid: BoxIcon,
  polygon: Hexagon,
  polyline: Spline,
  wand: WandSparkles,
  scissors: Scissors,
  smart: ScanSearch,
  point: CircleDot,
  keypoints: Waypoints,
  brush: Brush,
  eraser: Eraser,
  cut: Slice,
  relation: Link2,
  comment: MessageCircle,
};

interface ToolRailProps {
  desk: Desk;
  /** Tools that the layout does not have are not there; those that no label takes are grey. */
  setup: AnnotatorSetup;
  /** Keys that labels have; a tool's own does not work then. */
  taken: ReadonlySet<string>;
  /** Whether the panel is open that says how the picture is shown. */
  seeing: boolean;
  onSeeing: () => void;
}

export function ToolRail({ desk, setup, taken, seeing, onSeeing }: ToolRailProps): ReactNode {
  const current = useStore(desk.tool);
  const offers = (tool: ToolName): boolean => offersTool(setup.labels, tool);
  return (
    <div className="bench-rail" role="toolbar" aria-label="Tools" aria-orientation="vertical">
      {setup.tools.map((tool) => {
        const Icon = ICONS[tool];
        return (
          <IconButton
            key={tool}
            label={offers(tool) ? COMMANDS[tool].title : `${COMMANDS[tool].title}: no label takes it`}
            disabled={!offers(tool)}
            {...hint(tool, taken)}
            side="right"
            pressed={current === tool}
            onClick={() => desk.pickTool(tool)}
            data-testid={`tool-${tool}`}
          >
            <Icon size={18} aria-hidden />
          </IconButton>
        );
      })}
      <span className="spacer" />
      <IconButton
        label={COMMANDS.seeing.title}
        {...hint('seeing', taken)}
        side="right"
        aria-expanded={seeing}
        onClick={onSeeing}
        data-testid="seeing"
      >
        <SlidersHorizontal size={17} aria-hidden />
      </IconButton>
      <IconButton label="Zoom in" keys="+" side="right" onClick={() => desk.camera.zoom(1.25)}>
        <Plus size={17} aria-hidden />
      </IconButton>
      <IconButton label="Zoom out" keys="-" side="right" onClick={() => desk.camera.zoom(0.8)}>
        <Minus size={17} aria-hidden />
      </IconButton>
      <IconButton label="Fit the image" keys="0" side="right" onClick={() => desk.camera.fit()}>
        <Maximize size={16} aria-hidden />
      </IconButton>
    </div>
  );
}
