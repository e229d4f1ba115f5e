import type { Peer } from '@tandem/client';

import { faceOf } from '~/geometry/cuboid';
import { frameHandle, frameOf, isFramed } from '~/geometry/frame';
import { isSameGrip, shownGrips, type ChosenGrip } from '~/geometry/grips';
import { framed } from '~/geometry/reshape';
import { bounds, type Geometry } from '~/geometry/shapes';
import { imagePoint, type ImagePoint, type Rect, type Size, type StagePoint } from '~/geometry/points';
import { matrixOf, onStage, toStage, visibleRect, type View } from '~/geometry/view';
import type { Desk } from '~/tools/desk';
import type { Mark } from '~/tools/tool';
import { KNOB } from '~/tools/transform';
import type { Names } from './names';
import { paint } from './paint';
import { paintRelation, paintRelations } from './relations';
import { dot, grip, tag } from './tags';

type Context = CanvasRenderingContext2D;

/** What a label looks like; the canvas asks, the project's settings answer. */
export interface Looks {
  color(label: string): string;
  edges(label: string): readonly (readonly number[])[];
  /** A relation's name for people, and its colour if it has one. */
  relation(label: string): { readonly title: string; readonly color: string | undefined };
  /** Whether regions may show their labels; which of them do is everybody's own choice. */
  readonly names: boolean;
  /** Lines through the pointer, whatever this person has chosen. */
  readonly crosshair: boolean;
}

const GHOST_DASH = [6, 4];
/** A relation that has no colour of its own. */
const DRAWN = '#f8fafc';

/** Everything that changes with every pointer move, mine or others': painted at once, without React and without nodes. */
export function paintOverlay(ctx: Context, desk: Desk, looks: Looks, names: Names, moving: boolean): void {
  const view = desk.camera.view.get();
  const stage = desk.camera.stage.get();
  const me = desk.room.presence.me;
  const others = desk.room.presence.peers().filter((peer) => peer.peer !== me);
  paintGrid(ctx, view, stage, desk.image);
  paintRelations(ctx, desk, looks);
  paintStanding(ctx, desk, view, looks);
  for (const peer of others) paintSelection(ctx, desk, view, peer, stage);
  paintGhosts(ctx, desk, view, others, looks, stage);
  paintFrame(ctx, desk, view);
  names.paint(ctx, view, stage, moving);
  paintSoleGrips(ctx, desk, view, looks);
  paintDraft(ctx, desk, view, looks, stage);
  paintMarquee(ctx, desk, view);
  paintPointer(ctx, desk, view, looks, stage);
}

function inImage(ctx: Context, view: View, draw: () => void): void {
  ctx.save();
  ctx.transform(...matrixOf(view));
  draw();
  ctx.restore();
}

/** Around a shape on the stage; null when no part of it is there, so that no name floats alone. */
function seen(view: View, g: Geometry, stage: Size): Rect | null {
  const rect = onStage(view, bounds(g));
  const { x, y, width, height } = rect;
  return x + width < 0 || y + height < 0 || x > stage.width || y > stage.height ? null : rect;
}

/** What is selected, and what the pointer rests on, stands out from the kept shapes below. */
function paintStanding(ctx: Context, desk: Desk, view: View, looks: Looks): void {
  const draft = desk.draft.get();
  const held = new Set([draft?.region_id, ...(draft?.along ?? []).map(({ id }) => id)]);
  const selected = new Set(desk.selection.get());
  const hovered = desk.hovered.get();
  if (hovered !== null) selected.add(hovered);
  for (const id of selected) {
    const region = desk.room.regions.get(id);
    if (!region || held.has(id) || desk.hidden.get().has(id)) continue;
    const style = { color: looks.color(region.label), fill: id === hovered ? 0.09 : 0.11, width: id === hovered ? 1.9 : 2.5 };
    inImage(ctx, view, () => paint(ctx, region.geometry, style, view.scale, looks.edges(region.label)));
  }
}

/** What somebody else has selected is framed in their colour; what they are changing says so. */
function paintSelection(ctx: Context, desk: Desk, view: View, peer: Peer, stage: Size): void {
  const ids = new Set(peer.state.selection ?? []);
  const editing = peer.state.editing ?? null;
  if (editing !== null) ids.add(editing);
  const hidden = desk.hidden.get();
  for (const id of ids) {
    const region = desk.room.regions.get(id);
    if (!region || hidden.has(id)) continue;
    const p = seen(view, region.geometry, stage);
    if (!p) continue;
    ctx.beginPath();
    ctx.roundRect(p.x - 4, p.y - 4, p.width + 8, p.height + 8, 5);
    ctx.lineWidth = 2;
    ctx.strokeStyle = peer.user.color;
    ctx.stroke();
    // What is in somebody's hand has their name where it is by now: two of them would lie over one another.
    if (id === editing && !desk.room.ghosts.others().some((ghost) => ghost.peer === peer.peer && ghost.region_id === id))
      tag(ctx, `${peer.user.name} is editing this`, p.x - 4, p.y - 6, { background: peer.user.color }, stage.width);
  }
}

/** What somebody else is drawing at this moment: dashed, in their colour, with their name. */
function paintGhosts(ctx: Context, desk: Desk, view: View, others: readonly Peer[], looks: Looks, stage: Size): void {
  const named = new Set<number>();
  for (const ghost of desk.room.ghosts.others()) {
    const user = others.find((peer) => peer.peer === ghost.peer)?.user;
    const color = user?.color ?? '#8b8f99';
    if (ghost.tool === 'relation') {
      const name = looks.relation(ghost.label).title;
      paintRelation(ctx, view, ghost.geometry, color, GHOST_DASH, user ? `${user.name} · ${name}` : name, stage);
      continue;
    }
    const style = { color, fill: 0.14, width: 2, dash: GHOST_DASH };
    inImage(ctx, view, () => paint(ctx, ghost.geometry, style, view.scale, looks.edges(ghost.label)));
    // Of several that move together one says whose they are.
    const p = named.has(ghost.peer) ? null : seen(view, ghost.geometry, stage);
    if (p) named.add(ghost.peer);
    if (p) tag(ctx, user ? `${user.name} · ${ghost.label}` : ghost.label, p.x - 1, p.y - 4, { background: color }, stage.width);
  }
}

/** What a single selected region can be taken by. */
function paintSoleGrips(ctx: Context, desk: Desk, view: View, looks: Looks): void {
  if (desk.draft.get()) return;
  const selection = desk.selection.get();
  if (selection.length !== 1 || desk.room.snapshot().readOnly !== null) return;
  const sole = desk.room.regions.get(selection[0] ?? '');
  if (sole && !desk.hidden.get().has(sole.id)) paintGrips(ctx, view, sole.geometry, looks.color(sole.label), desk.vertex.get());
}

const FRAME = '#4f8cff';

/** Around what is scaled and turned together. Light on dark, so that it is seen on any picture. */
function paintFrame(ctx: Context, desk: Desk, view: View): void {
  const frame = desk.draft.get() ? null : desk.frame();
  if (!frame) return;
  const outer = framed(frame.rect, frame.away);
  const corners = [
    imagePoint(outer.x, outer.y),
    imagePoint(outer.x + outer.width, outer.y),
    imagePoint(outer.x + outer.width, outer.y + outer.height),
    imagePoint(outer.x, outer.y + outer.height),
  ].map((corner) => toStage(view, corner));
  ctx.save();
  ctx.beginPath();
  for (const { x, y } of corners) ctx.lineTo(x, y);
  ctx.closePath();
  ctx.lineWidth = 2.5;
  ctx.strokeStyle = 'rgb(0 0 0 / 35%)';
  ctx.stroke();
  ctx.lineWidth = 1.25;
  ctx.strokeStyle = '#fff';
  ctx.setLineDash([5, 4]);
  ctx.stroke();
  ctx.setLineDash([]);
  const knob = frame.grips.find(({ grip: { type } }) => type === 'turn');
  if (knob) stem(ctx, toStage(view, imagePoint(outer.x + outer.width / 2, outer.y)), toStage(view, knob.point), FRAME);
  for (const { grip: held, point } of frame.grips) {
    const { x, y } = toStage(view, point);
    if (held.type === 'turn') dot(ctx, x, y, 5, FRAME);
    else grip(ctx, x, y, FRAME, false);
  }
  ctx.restore();
}

/** So near to one another that they would be one blot, points are not shown. */
const CROWDED = 5;
/** As far as a mouse may miss: grips of short edges are left out, whatever points. */
const MISS = 7;
/** Radius of what was said of a thing. */
const MARK = 6;

function paintGrips(ctx: Context, view: View, g: Geometry, color: string, chosen: ChosenGrip | null): void {
  const grips = shownGrips(g, MISS / view.scale, KNOB / view.scale);
  const knob = grips.find(({ grip: { type } }) => type === 'turn');
  if (knob && isFramed(g)) stem(ctx, toStage(view, frameHandle(frameOf(g), 'n')), toStage(view, knob.point), color);
  const b = bounds(g);
  const vertices = grips.filter(({ grip: { type } }) => type === 'vertex').length;
  if (vertices > 12 && ((b.width + b.height) * 2 * view.scale) / vertices < CROWDED) return;
  for (const { grip: held, point } of grips) {
    const handle = held.type === 'side' || held.type === 'face' ? held.handle : null;
    const side = held.type === 'face' && g.kind === 'cuboid' ? faceOf(g, held.part) : g;
    const small = handle?.length === 1 && sideLength(side, handle) * view.scale < 36;
    const isChosen = chosen !== null && isSameGrip(held, chosen);
    if (small && !isChosen) continue;
    const p = toStage(view, point);
    if (held.type === 'middle') dot(ctx, p.x, p.y, 3, color);
    else if (isChosen) grip(ctx, p.x, p.y, color, true);
    else if (held.type === 'turn' || (held.type === 'face' && held.handle === null)) dot(ctx, p.x, p.y, 5, color);
    else grip(ctx, p.x, p.y, color, false);
  }
}

/** What belongs to the thing has a plus, what does not a minus: their color alone would not tell everybody. */
function paintMarks(ctx: Context, view: View, marks: readonly Mark[]): void {
  ctx.save();
  ctx.lineWidth = 2;
  for (const { point, inside } of marks) {
    const { x, y } = toStage(view, point);
    ctx.beginPath();
    ctx.arc(x, y, MARK, 0, 2 * Math.PI);
    ctx.fillStyle = inside ? '#15803d' : '#b91c1c';
    ctx.strokeStyle = '#ffffff';
    ctx.fill();
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x - MARK / 2, y);
    ctx.lineTo(x + MARK / 2, y);
    if (inside) {
      ctx.moveTo(x, y - MARK / 2);
      ctx.lineTo(x, y + MARK / 2);
    }
    ctx.stroke();
  }
  ctx.restore();
}

function paintStops(ctx: Context, view: View, stops: readonly ImagePoint[], color: string): void {
  for (const stop of stops) {
    const p = toStage(view, stop);
    grip(ctx, p.x, p.y, color, false);
  }
}

/** How long the side is whose middle a handle is. */
function sideLength(g: Geometry, handle: string): number {
  const across = handle === 'n' || handle === 's';
  const { width, height } = isFramed(g) ? frameOf(g) : bounds(g);
  return across ? width : height;
}

function stem(ctx: Context, from: StagePoint, to: StagePoint, color: string): void {
  ctx.beginPath();
  ctx.moveTo(from.x, from.y);
  ctx.lineTo(to.x, to.y);
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = color;
  ctx.stroke();
}

function paintMarquee(ctx: Context, desk: Desk, view: View): void {
  const corners = desk.marquee.get();
  if (!corners) return;
  const [a, b] = corners;
  ctx.fillStyle = 'rgb(80 130 255 / 14%)';
  ctx.strokeStyle = 'rgb(80 130 255 / 90%)';
  ctx.lineWidth = 1;
  ctx.setLineDash([4, 3]);
  ctx.beginPath();
  // Along the image's sides, as what it selects.
  for (const corner of [a, imagePoint(b.x, a.y), b, imagePoint(a.x, b.y)]) {
    const p = toStage(view, corner);
    ctx.lineTo(Math.round(p.x) + 0.5, Math.round(p.y) + 0.5);
  }
  ctx.closePath();
  ctx.fill();
  ctx.stroke();
  ctx.setLineDash([]);
}

/** From here on single pixels are told apart. */
const GRID_SCALE = 10;

function paintGrid(ctx: Context, view: View, stage: Size, image: Size): void {
  if (view.scale < GRID_SCALE) return;
  const { x, y, width, height } = visibleRect(view, stage);
  const [x0, y0] = [Math.max(0, Math.floor(x)), Math.max(0, Math.floor(y))];
  const [x1, y1] = [Math.min(image.width, Math.ceil(x + width)), Math.min(image.height, Math.ceil(y + height))];
  // On whole pixels of the screen where lines go along them: crisp.
  const near = view.turn % 90 === 0 ? (value: number): number => Math.round(value) + 0.5 : (value: number): number => value;
  const line = (from: ImagePoint, to: ImagePoint): void => {
    const [a, b] = [toStage(view, from), toStage(view, to)];
    ctx.moveTo(near(a.x), near(a.y));
    ctx.lineTo(near(b.x), near(b.y));
  };
  ctx.beginPath();
  for (let at = x0; at <= x1; at++) line(imagePoint(at, y0), imagePoint(at, y1));
  for (let at = y0; at <= y1; at++) line(imagePoint(x0, at), imagePoint(x1, at));
  ctx.lineWidth = 1;
  ctx.strokeStyle = 'rgb(128 128 128 / 28%)';
  ctx.stroke();
}

/** Along the image's sides, as boxes are. */
function paintCrosshair(ctx: Context, view: View, at: ImagePoint, stage: Size): void {
  const p = toStage(view, at);
  const [x, y] = [Math.round(p.x) + 0.5, Math.round(p.y) + 0.5];
  const [cos, sin] = matrixOf({ ...view, scale: stage.width + stage.height });
  ctx.beginPath();
  for (const [dx, dy] of [
    [cos, sin],
    [-sin, cos],
  ] as const) {
    ctx.moveTo(x - dx, y - dy);
    ctx.lineTo(x + dx, y + dy);
  }
  ctx.lineWidth = 1;
  for (const [color, dash] of [
    ['rgb(0 0 0 / 55%)', []],
    ['rgb(255 255 255 / 75%)', [4, 4]],
  ] as const) {
    ctx.strokeStyle = color;
    ctx.setLineDash(dash);
    ctx.stroke();
  }
  ctx.setLineDash([]);
}

const ARM = 13;

/** What the brush would paint, and where the pointer of the keys is. */
function paintPointer(ctx: Context, desk: Desk, view: View, looks: Looks, stage: Size): void {
  const keys = desk.keyPointer.at.get();
  const at = keys ?? desk.pointer.get();
  const tool = desk.tool.get();
  if (at && (looks.crosshair || desk.look.get().crosshair)) paintCrosshair(ctx, view, at, stage);
  if (at && (tool === 'brush' || tool === 'eraser')) {
    const p = toStage(view, at);
    ctx.beginPath();
    ctx.arc(p.x, p.y, Math.max(1, (desk.brush.get() / 2) * view.scale), 0, 2 * Math.PI);
    outlined(ctx, tool === 'brush' ? looks.color(desk.label.get() ?? '') : '#fff');
  }
  if (!keys) return;
  const p = toStage(view, keys);
  ctx.beginPath();
  for (const [x, y] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    ctx.moveTo(p.x + x * 3, p.y + y * 3);
    ctx.lineTo(p.x + x * ARM, p.y + y * ARM);
  }
  outlined(ctx, '#fff');
}

/** Seen on light and on dark. */
function outlined(ctx: Context, color: string): void {
  ctx.lineWidth = 3.5;
  ctx.strokeStyle = 'rgb(0 0 0 / 55%)';
  ctx.stroke();
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = color;
  ctx.stroke();
}

/** What I am drawing: mine alone, so it follows the pointer in the same frame. */
function paintDraft(ctx: Context, desk: Desk, view: View, looks: Looks, stage: Size): void {
  const draft = desk.draft.get();
  if (!draft) return;
  const { geometry } = draft;
  if (desk.tool.get() === 'relation') {
    const { title, color = DRAWN } = looks.relation(draft.label);
    paintRelation(ctx, view, geometry, color, [], title, stage);
    return;
  }
  const color = looks.color(draft.label);
  const style = { color, fill: 0.16, width: 2 };
  inImage(ctx, view, () => {
    paint(ctx, geometry, style, view.scale, looks.edges(draft.label));
    for (const { id, geometry: other } of draft.along ?? []) {
      const label = desk.room.regions.get(id)?.label ?? draft.label;
      paint(ctx, other, { ...style, color: looks.color(label) }, view.scale, looks.edges(label));
    }
  });
  const outline = geometry.kind === 'polygon' || geometry.kind === 'polyline';
  if (draft.stops) paintStops(ctx, view, draft.stops, color);
  else if (draft.marks) paintMarks(ctx, view, draft.marks);
  else if (!draft.along && (draft.region_id !== null || outline)) paintGrips(ctx, view, geometry, color, null);
  if (!SIZED.has(geometry.kind) || draft.along) return;
  const b = bounds(geometry);
  const at = onStage(view, b);
  const dark = { background: 'rgb(22 23 28 / 88%)', ink: '#fff' };
  tag(ctx, `${Math.round(b.width)} × ${Math.round(b.height)}`, at.x - 1, at.y + at.height + 26, dark, stage.width);
}

/** Whose size is worth knowing while it is drawn. */
const SIZED: ReadonlySet<Geometry['kind']> = new Set(['box', 'rotated_box', 'ellipse', 'cuboid', 'polygon']);
