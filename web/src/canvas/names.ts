/** Names of shapes on the picture: of all in sight as far as they can be read, or of those that are pointed at and selected. */
import type { RegionSnapshot } from '@tandem/client';

import { plates, rectOf, Room, type Named, type Plate } from '~/geometry/name-plates';
import { imagePoint, stagePoint, type ImagePoint, type Rect, type Size } from '~/geometry/points';
import { framed } from '~/geometry/reshape';
import { bounds } from '~/geometry/shapes';
import { onImage, onStage, toImage, toStage, type View } from '~/geometry/view';
import type { Desk } from '~/tools/desk';
import type { FrameAtHand } from '~/tools/reshape';
import type { Looks } from './overlay';
import { plate, tagWidth } from './tags';

type Context = CanvasRenderingContext2D;

/** On a picture with more names than this nobody reads them any more. */
const MOST = 250;
const MOST_SELECTED = 100;
/** Shapes smaller than this (CSS pixels) are not named until one zooms in. */
const SMALL = 22;
/** Around a skeleton's point. */
const JOINT = 7;
/** Around a grip. */
const GRIP = 5;
/** Above a shape with grips. */
const OVER_GRIPS = 8;
/** While the camera moves, names stay with their shapes up to such a stretch, and as far beyond the stage's border (in parts of it). */
const STRETCH = 1.25;
const MARGIN = 0.3;

interface Placed {
  readonly region: RegionSnapshot;
  readonly at: ImagePoint;
  readonly width: number;
}

interface Laid {
  readonly view: View;
  readonly stage: Size;
  readonly placed: readonly Placed[];
}

export class Names {
  #laid: Laid | null = null;

  constructor(
    private readonly desk: Desk,
    private readonly looks: Looks,
  ) {}

  /** Something came, went or changed its place. */
  forget(): void {
    this.#laid = null;
  }

  /** @param moving the camera moves: names keep their places on the picture until it rests */
  paint(ctx: Context, view: View, stage: Size, moving: boolean): void {
    const { desk, looks } = this;
    const choice = desk.look.get().names;
    if (!looks.names || choice === 'none') return;
    const pointed = this.#pointed();
    const frame = desk.draft.get() ? null : desk.frame();
    const room = roomBeside(frame, view);
    // A single region's name stands above its frame.
    const sole = frame?.regions.length === 1 ? frame.regions[0]?.id : undefined;
    const outer = frame && framed(frame.rect, frame.away);
    const first = plates(
      pointed.map(({ id, label, geometry }): Named => {
        const rect = onStage(view, outer && id === sole ? outer : bounds(geometry));
        return { id, rect, width: tagWidth(ctx, label), lift: OVER_GRIPS };
      }),
      { x: 0, y: 0, ...stage },
      room,
      MOST_SELECTED,
    );
    if (choice === 'all') this.#paintAll(ctx, view, stage, moving, new Set(pointed.map(({ id }) => id)), room);
    this.#paintJoints(ctx, pointed, view, stage, room);
    const known = new Map(pointed.map((region) => [region.id, region]));
    for (const one of first) this.#one(ctx, known.get(one.id), one);
  }

  /** Which point of a skeleton is which, as far as there is room. */
  #paintJoints(ctx: Context, pointed: readonly RegionSnapshot[], view: View, stage: Size, room: Room): void {
    const skeletons = pointed.filter(({ geometry }) => geometry.kind === 'keypoints').slice(0, 2);
    for (const { geometry, label } of skeletons) {
      if (geometry.kind !== 'keypoints') continue;
      const names = this.desk.joints(label);
      const joints = geometry.points.flatMap((p, index): (Named & { readonly text: string })[] => {
        const [text, { x, y }] = [names[index], toStage(view, imagePoint(p.x, p.y))];
        if (p.v === 0 || text === undefined) return [];
        const rect = { x: x - JOINT, y: y - JOINT, width: 2 * JOINT, height: 2 * JOINT };
        return [{ id: `${index}`, rect, width: tagWidth(ctx, text), lift: 4, beside: true, text }];
      });
      for (const { rect } of joints) room.take(rect);
      const texts = new Map(joints.map(({ id, text }) => [id, text]));
      for (const { id, ...at } of plates(joints, { x: 0, y: 0, ...stage }, room, MOST_SELECTED))
        plate(ctx, texts.get(id) ?? '', at, { background: 'rgb(22 23 28 / 82%)', ink: '#fff' });
    }
  }

  #paintAll(ctx: Context, view: View, stage: Size, moving: boolean, pointed: ReadonlySet<string>, room: Room): void {
    if (!this.#laid || !serves(this.#laid, view, stage, moving)) this.#laid = this.#lay(ctx, view, stage);
    const inHand = this.#inHand();
    ctx.save();
    ctx.globalAlpha = 0.9;
    for (const { region, at, width } of this.#laid.placed) {
      const { id } = region;
      if (pointed.has(id) || inHand.has(id)) continue;
      const { x, y } = toStage(view, at);
      const one = { id, x: Math.round(x), y: Math.round(y), width };
      if (room.isFree(rectOf(one))) this.#one(ctx, region, one);
    }
    ctx.restore();
  }

  #one(ctx: Context, region: RegionSnapshot | undefined, { x, y, width }: Plate): void {
    if (region) plate(ctx, region.label, { x, y, width }, { background: this.looks.color(region.label) });
  }

  /** What the pointer rests on, then what is selected. While something is in hand, its shape is what matters. */
  #pointed(): readonly RegionSnapshot[] {
    const { desk } = this;
    if (desk.draft.get()) return [];
    const hovered = desk.hovered.get();
    const ids = new Set([...(hovered === null ? [] : [hovered]), ...desk.selection.get().slice(0, MOST_SELECTED)]);
    const hidden = desk.hidden.get();
    return [...ids].flatMap((id) => (hidden.has(id) ? [] : (desk.room.regions.get(id) ?? [])));
  }

  /** What I or others have in hand is not where it was. */
  #inHand(): ReadonlySet<string> {
    const { desk } = this;
    const draft = desk.draft.get();
    const theirs = desk.room.ghosts.others().map(({ region_id }) => region_id);
    const ids = [draft?.region_id, ...(draft?.along ?? []).map(({ id }) => id), ...theirs];
    return new Set(ids.filter((id) => id != null));
  }

  #lay(ctx: Context, view: View, stage: Size): Laid {
    const { desk } = this;
    const shown = { x: 0, y: 0, ...stage };
    const [dx, dy] = [stage.width * MARGIN, stage.height * MARGIN];
    // What comes in while the camera moves has its name already.
    const wide = { x: -dx, y: -dy, width: stage.width + 2 * dx, height: stage.height + 2 * dy };
    const hidden = desk.hidden.get();
    const inSight: (Named & { readonly region: RegionSnapshot; readonly size: number })[] = [];
    for (const region of desk.index.search(onImage(view, wide))) {
      if (hidden.has(region.id)) continue;
      const rect = onStage(view, bounds(region.geometry));
      if (region.geometry.kind !== 'point' && Math.max(rect.width, rect.height) < SMALL) continue;
      // What reaches over the stage's border is named where it is seen.
      const seen = common(rect, shown);
      const named = { id: region.id, rect: seen ?? rect, width: tagWidth(ctx, region.label), ...(seen && { area: shown }) };
      inSight.push({ ...named, region, size: rect.width * rect.height });
    }
    inSight.sort((a, b) => b.size - a.size || (a.id < b.id ? -1 : 1));
    const regions = new Map(inSight.map(({ id, region }) => [id, region]));
    const placed = plates(inSight, wide, new Room(), MOST).flatMap(({ id, x, y, width }): Placed[] => {
      const region = regions.get(id);
      return region ? [{ region, at: toImage(view, stagePoint(x, y)), width }] : [];
    });
    return { view, stage, placed };
  }
}

/** No name lies over the grips of a frame. */
function roomBeside(frame: FrameAtHand | null, view: View): Room {
  const room = new Room();
  for (const { point } of frame?.grips ?? []) {
    const { x, y } = toStage(view, point);
    room.take({ x: x - GRIP, y: y - GRIP, width: 2 * GRIP, height: 2 * GRIP });
  }
  return room;
}

/** The part of a rectangle that lies in another; null: none does. */
function common(a: Rect, b: Rect): Rect | null {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  const [right, bottom] = [Math.min(a.x + a.width, b.x + b.width), Math.min(a.y + a.height, b.y + b.height)];
  return right < x || bottom < y ? null : { x, y, width: right - x, height: bottom - y };
}

function serves({ view: laid, stage: was }: Laid, view: View, stage: Size, moving: boolean): boolean {
  if (was.width !== stage.width || was.height !== stage.height || laid.turn !== view.turn) return false;
  if (laid.scale === view.scale && laid.x === view.x && laid.y === view.y) return true;
  if (!moving) return false;
  const stretch = view.scale / laid.scale;
  if (stretch > STRETCH || stretch < 1 / STRETCH) return false;
  const centre = toStage(view, toImage(laid, stagePoint(stage.width / 2, stage.height / 2)));
  return (
    Math.abs(centre.x - stage.width / 2) < stage.width * MARGIN && Math.abs(centre.y - stage.height / 2) < stage.height * MARGIN
  );
}
