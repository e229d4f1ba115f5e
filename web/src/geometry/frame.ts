import { HANDLES, type Handle } from './handles';
import { clamp, imagePoint, round2, type ImagePoint, type Size } from './points';
import { MIN_BOX, rotated, type Geometry } from './shapes';

/** What has a centre, two sides and an angle: turned and pulled alike, whatever is drawn in it. */
export type Framed = Extract<Geometry, { kind: 'rotated_box' | 'ellipse' }>;

export interface Frame {
  readonly centre: ImagePoint;
  readonly width: number;
  readonly height: number;
  /** Degrees, clockwise. */
  readonly rotation: number;
}

export const isFramed = (g: Geometry): g is Framed => g.kind === 'rotated_box' || g.kind === 'ellipse';

export const frameOf = (g: Framed): Frame =>
  g.kind === 'ellipse'
    ? { centre: imagePoint(g.cx, g.cy), width: g.rx * 2, height: g.ry * 2, rotation: g.rotation }
    : { centre: imagePoint(g.x + g.width / 2, g.y + g.height / 2), width: g.width, height: g.height, rotation: g.rotation };

/** Angles are kept from -180 to 180. */
export const normal = (degrees: number): number => round2(((((degrees + 180) % 360) + 360) % 360) - 180);

export function inFrame(kind: Framed['kind'], frame: Frame): Framed {
  const { centre, width, height } = frame;
  const rotation = normal(frame.rotation);
  return kind === 'ellipse'
    ? { kind, cx: round2(centre.x), cy: round2(centre.y), rx: round2(width / 2), ry: round2(height / 2), rotation }
    : {
        kind,
        x: round2(centre.x - width / 2),
        y: round2(centre.y - height / 2),
        width: round2(width),
        height: round2(height),
        rotation,
      };
}

/** Which way a handle pulls: -1, 0 or 1 across and down. */
const pull = (handle: Handle): readonly [number, number] => [
  handle.includes('w') ? -1 : handle.includes('e') ? 1 : 0,
  handle.startsWith('n') ? -1 : handle.startsWith('s') ? 1 : 0,
];

export function frameHandle(frame: Frame, handle: Handle): ImagePoint {
  const [across, down] = pull(handle);
  const p = imagePoint(frame.centre.x + (across * frame.width) / 2, frame.centre.y + (down * frame.height) / 2);
  return rotated(p, frame.centre, frame.rotation);
}

export const frameHandles = (frame: Frame): { handle: Handle; point: ImagePoint }[] =>
  HANDLES.map((handle) => ({ handle, point: frameHandle(frame, handle) }));

/** Where the knob to turn it by sits: `away` image pixels above its top side. */
export const turnKnob = (frame: Frame, away: number): ImagePoint =>
  rotated(imagePoint(frame.centre.x, frame.centre.y - frame.height / 2 - away), frame.centre, frame.rotation);

/**
 * Pulls a handle of a frame as it was to a point. The opposite side stays where it is, and the centre inside the image: the rest of a turned
 * shape may stick out.
 */
export function stretched(frame: Frame, handle: Handle, to: ImagePoint, image: Size): Frame {
  const [across, down] = pull(handle);
  const local = rotated(to, frame.centre, -frame.rotation);
  const [dx, dy] = [local.x - frame.centre.x, local.y - frame.centre.y];
  const width = across === 0 ? frame.width : Math.max(MIN_BOX, across * dx + frame.width / 2);
  const height = down === 0 ? frame.height : Math.max(MIN_BOX, down * dy + frame.height / 2);
  const middle = imagePoint(
    frame.centre.x + (across * (width - frame.width)) / 2,
    frame.centre.y + (down * (height - frame.height)) / 2,
  );
  const centre = rotated(middle, frame.centre, frame.rotation);
  return {
    centre: imagePoint(clamp(centre.x, 0, image.width), clamp(centre.y, 0, image.height)),
    width,
    height,
    rotation: frame.rotation,
  };
}

/** Turned so that its top looks at a point; in steps of 15 degrees if asked. */
export function turned(frame: Frame, to: ImagePoint, steps: boolean): Frame {
  const angle = (Math.atan2(to.y - frame.centre.y, to.x - frame.centre.x) * 180) / Math.PI + 90;
  return { ...frame, rotation: normal(steps ? Math.round(angle / 15) * 15 : angle) };
}

/** The rectangle with one side from `a` to `b` that reaches as far as `to`. */
export function frameOn(a: ImagePoint, b: ImagePoint, to: ImagePoint): Frame {
  const width = Math.hypot(b.x - a.x, b.y - a.y);
  const angle = Math.atan2(b.y - a.y, b.x - a.x);
  // How far `to` lies to the right of the way from a to b: below it, if that runs to the right.
  const depth = (to.y - a.y) * Math.cos(angle) - (to.x - a.x) * Math.sin(angle);
  const centre = imagePoint((a.x + b.x) / 2 - (Math.sin(angle) * depth) / 2, (a.y + b.y) / 2 + (Math.cos(angle) * depth) / 2);
  return { centre, width, height: Math.abs(depth), rotation: (angle * 180) / Math.PI };
}
