import { wayOnImage } from '~/geometry/view';
import type { Handlers } from '~/hotkeys/registry';
import * as commands from '~/tools/commands';
import type { Desk } from '~/tools/desk';
import { NAMES_SHOWN } from '~/tools/seeing';
import { TOOL_NAMES, type ToolName } from '~/tools/tool';
import { NAMES_WORDS } from './words';

/** CSS pixels that the pointer of the keys goes at once; with Shift. */
const STRIDE = [5, 50] as const;
/** Image pixels that what is selected goes. */
const NUDGE = [1, 10] as const;
const STEP = 1.15;
/** What keys do to shapes at once: degrees, and how much larger. */
const TURNED = 5;
const GROWN = 1.05;
const TUNED: ReadonlySet<ToolName> = new Set(['brush', 'eraser', 'wand']);

/** What the keys do at a desk where something can be drawn. */
export function deskKeys(desk: Desk): Handlers {
  const isTuned = (): boolean => TUNED.has(desk.tool.get());
  /** What is selected goes; while nothing is, or something is being drawn, the pointer. */
  const arrow = (event: KeyboardEvent, x: number, y: number): void => {
    const far = event.shiftKey ? 1 : 0;
    if (desk.isBusy || desk.selection.get().length === 0) {
      desk.keyPointer.move(x * STRIDE[far], y * STRIDE[far]);
      return;
    }
    if (desk.vertex.get()?.type === 'turn') {
      commands.turnChosen(desk, (x + y) * NUDGE[far]);
      return;
    }
    // To where the arrow points on the screen, however the image is turned.
    const way = wayOnImage({ ...desk.camera.view.get(), scale: 1 }, x * NUDGE[far], y * NUDGE[far]);
    commands.nudge(desk, way.x, way.y);
  };
  const sized = (by: 1 | -1): void => {
    if (isTuned()) desk.tune(by === 1 ? STEP : 1 / STEP);
    else commands.stepVertex(desk, by);
  };
  return {
    ...Object.fromEntries(TOOL_NAMES.map((tool) => [tool, () => desk.pickTool(tool)])),
    relation: () => {
      if (desk.selection.get().length === 2) commands.relate(desk);
      else desk.pickTool('relation');
    },
    ...commentKeys(desk, () => desk.comment()),
    skip: () => {
      if (desk.isBusy) desk.dispatch({ type: 'skip' });
      else desk.comments.step(1);
    },
    smaller: () => sized(-1),
    larger: () => sized(1),
    snap: () => desk.snapping.set(!desk.snapping.get()),
    remove: () => commands.remove(desk),
    addVertex: () => commands.addVertex(desk),
    selectAll: () => desk.selectAll(),
    copy: () => commands.copySelected(desk),
    paste: () => commands.pasteCopied(desk),
    duplicate: () => commands.duplicate(desk),
    nudgeLeft: (event) => arrow(event, -1, 0),
    nudgeRight: (event) => arrow(event, 1, 0),
    nudgeUp: (event) => arrow(event, 0, -1),
    nudgeDown: (event) => arrow(event, 0, 1),
    turnShapesRight: () => commands.turnShapes(desk, TURNED),
    turnShapesLeft: () => commands.turnShapes(desk, -TURNED),
    growShapes: () => commands.scaleShapes(desk, GROWN),
    shrinkShapes: () => commands.scaleShapes(desk, 1 / GROWN),
    swapSides: () => commands.swapSides(desk),
    merge: () => commands.merge(desk),
    subtract: () => commands.subtract(desk),
    fill: () => commands.fill(desk),
    convert: () => commands.convert(desk),
    simplify: () => commands.simplify(desk),
    occluded: () => commands.toggleOccluded(desk),
    group: () => commands.group(desk),
    ungroup: () => commands.ungroup(desk),
    alignLeft: () => commands.align(desk, 'left'),
    alignRight: () => commands.align(desk, 'right'),
    alignTop: () => commands.align(desk, 'top'),
    alignBottom: () => commands.align(desk, 'bottom'),
    alignCentre: () => commands.align(desk, 'centre'),
    alignMiddle: () => commands.align(desk, 'middle'),
    distributeAcross: () => commands.distribute(desk, 'across'),
    distributeDown: () => commands.distribute(desk, 'down'),
    front: () => commands.order(desk, 'front'),
    back: () => commands.order(desk, 'back'),
    forward: () => commands.orderBy(desk, 1),
    backward: () => commands.orderBy(desk, -1),
    nextRegion: () => desk.cycle(1),
    previousRegion: () => desk.cycle(-1),
    findRegion: () => desk.finding.set(true),
    hide: () => desk.toggleHidden(),
    hideAll: () => desk.hideAll(),
    showAll: () => desk.hidden.set(new Set()),
    names: () => nextNames(desk),
    lock: () => desk.toggleLocked(),
    zoomIn: () => desk.camera.zoom(1.25),
    zoomOut: () => desk.camera.zoom(0.8),
    fit: () => desk.camera.fit(),
    turnRight: () => desk.camera.turnBy(90),
    turnLeft: () => desk.camera.turnBy(-90),
  };
}

/** Says what it is now: on an empty picture nothing would show it. */
function nextNames(desk: Desk): void {
  const look = desk.look.get();
  const names = NAMES_SHOWN[(NAMES_SHOWN.indexOf(look.names) + 1) % NAMES_SHOWN.length] ?? 'all';
  desk.look.set({ ...look, names });
  desk.notify(`Names on the picture: ${NAMES_WORDS[names].toLowerCase()}`);
}

/** What comments are reached by, whether something is drawn or not. */
export function commentKeys(desk: Desk, begin: () => void): Handlers {
  return {
    comments: () => desk.comments.listed.update((listed) => !listed),
    commentHere: begin,
    skip: () => desk.comments.step(1),
    previousComment: () => desk.comments.step(-1),
  };
}
