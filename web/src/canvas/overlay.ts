import type { Peer } from '@tandem/client';

import { HANDLES, handlePoint } from '~/geometry/handles';
import { bounds, canResize, type Geometry } from '~/geometry/shapes';
import { toStage, type View } from '~/geometry/view';
import { imagePoint, type Size, type StagePoint } from '~/geometry/points';
import type { Desk } from '~/tools/desk';
import { paint } from './paint';
import { grip, tag } from './tags';

type Context = CanvasRenderingContext2D;

/** What a label looks like; the canvas asks, the project's settings answer. */
export interface Looks {
  color(label: string): string;
  edges(label: string): readonly (readonly number[])[];
}

const GHOST_DASH = [6, 4];

/** Everything that changes with every pointer move, mine or others': painted at once, without React and without nodes. */
export function paintOverlay(ctx: Context, desk: Desk, looks: Looks): void {
  const view = desk.camera.view.get();
  const stage = desk.camera.stage.get();
  const me = desk.room.presence.me;
  const others = desk.room.presence.peers().filter((peer) => peer.peer !== me);
  for (const peer of others) paintSelection(ctx, desk, view, peer, stage);
  paintGhosts(ctx, desk, view, others, looks, stage);
  paintNames(ctx, desk, view, looks, stage);
  paintDraft(ctx, desk, view, looks, stage);
}

function inImage(ctx: Context, view: View, draw: () => void): void {
  ctx.save();
  ctx.translate(view.x, view.y);
  ctx.scale(view.scale, view.scale);
  draw();
  ctx.restore();
}

/** The top left corner of a shape on the stage; null when no part of the shape is there, so that no name floats alone. */
function corner(view: View, g: Geometry, stage: Size): StagePoint | null {
  const b = bounds(g);
  const p = toStage(view, imagePoint(b.x, b.y));
  const [right, bottom] = [p.x + b.width * view.scale, p.y + b.height * view.scale];
  return right < 0 || bottom < 0 || p.x > stage.width || p.y > stage.height ? null : p;
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
    const b = bounds(region.geometry);
    const p = corner(view, region.geometry, stage);
    if (!p) continue;
    ctx.beginPath();
    ctx.roundRect(p.x - 4, p.y - 4, b.width * view.scale + 8, b.height * view.scale + 8, 5);
    ctx.lineWidth = 2;
    ctx.strokeStyle = peer.user.color;
    ctx.stroke();
    if (id === editing)
      tag(ctx, `${peer.user.name} is editing this`, p.x - 4, p.y - 6, { background: peer.user.color }, stage.width);
  }
}

/** What somebody else is drawing at this moment: dashed, in their colour, with their name. */
function paintGhosts(ctx: Context, desk: Desk, view: View, others: readonly Peer[], looks: Looks, stage: Size): void {
  for (const ghost of desk.room.ghosts.others()) {
    const user = others.find((peer) => peer.peer === ghost.peer)?.user;
    const color = user?.color ?? '#8b8f99';
    const style = { color, fill: 0.14, width: 2, dash: GHOST_DASH };
    inImage(ctx, view, () => paint(ctx, ghost.geometry, style, view.scale, looks.edges(ghost.label)));
    const p = corner(view, ghost.geometry, stage);
    if (p) tag(ctx, user ? `${user.name} · ${ghost.label}` : ghost.label, p.x - 1, p.y - 4, { background: color }, stage.width);
  }
}

/** The label of what the pointer rests on, and of a single selected region. */
function paintNames(ctx: Context, desk: Desk, view: View, looks: Looks, stage: Size): void {
  if (desk.draft.get()) return;
  const selection = desk.selection.get();
  const named = new Set([desk.hovered.get(), selection.length === 1 ? selection[0] : null]);
  for (const id of named) {
    const region = id == null ? undefined : desk.room.regions.get(id);
    if (!region || desk.hidden.get().has(region.id)) continue;
    const p = corner(view, region.geometry, stage);
    if (p) tag(ctx, region.label, p.x - 1, p.y - 7, { background: looks.color(region.label) }, stage.width);
  }
  if (selection.length !== 1 || desk.room.snapshot().readOnly !== null) return;
  const sole = desk.room.regions.get(selection[0] ?? '');
  if (sole && !desk.hidden.get().has(sole.id)) paintGrips(ctx, view, sole.geometry, looks.color(sole.label));
}

function paintGrips(ctx: Context, view: View, g: Geometry, color: string): void {
  if (!canResize(g)) return;
  for (const handle of HANDLES) {
    const small = handle.length === 1 && (/[ns]/.test(handle) ? g.width : g.height) * view.scale < 36;
    if (small) continue;
    const p = toStage(view, handlePoint(g, handle));
    grip(ctx, p.x, p.y, color);
  }
}

/** What I am drawing: mine alone, so it follows the pointer in the same frame. */
function paintDraft(ctx: Context, desk: Desk, view: View, looks: Looks, stage: Size): void {
  const draft = desk.draft.get();
  if (!draft) return;
  const color = looks.color(draft.label);
  inImage(ctx, view, () => paint(ctx, draft.geometry, { color, fill: 0.16, width: 2 }, view.scale, looks.edges(draft.label)));
  if (draft.region_id !== null) paintGrips(ctx, view, draft.geometry, color);
  const b = bounds(draft.geometry);
  const p = toStage(view, imagePoint(b.x, b.y + b.height));
  const dark = { background: 'rgb(22 23 28 / 88%)', ink: '#fff' };
  tag(ctx, `${Math.round(b.width)} × ${Math.round(b.height)}`, p.x - 1, p.y + 26, dark, stage.width);
}
