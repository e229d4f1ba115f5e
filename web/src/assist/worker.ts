/** Looks at pixels, away from the page: OpenCV would hold up the pointer. Loaded when a tool that needs it is first used. */
import { imagePoint } from '~/geometry/points';
import type { Cv } from './cv';
import { loadOpenCv } from './load';
import type { FromWorker, ToWorker } from './messages';
import { Sight } from './sight';

const say = (message: FromWorker): void => postMessage(message);
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

let cv: Cv | null = null;
let sight: Sight | null = null;

/** Pixels as people see them: whatever turns the picture has been done by who made the bitmap. */
function look(cv: Cv, { bitmap, size }: Extract<ToWorker, { type: 'picture' }>): Sight {
  const { width, height } = bitmap;
  const ctx = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!ctx) throw new Error('the browser gives no canvas');
  ctx.drawImage(bitmap, 0, 0);
  bitmap.close();
  return new Sight(cv, ctx.getImageData(0, 0, width, height), size);
}

function answer(message: Exclude<ToWorker, { type: 'picture' }>): FromWorker {
  const { id } = message;
  if (!sight) return { type: 'failed', id, why: 'there is no picture' };
  if (message.type === 'area') {
    const { x, y } = message.point;
    return { type: 'area', id, mask: sight.area(imagePoint(x, y), message.tolerance) };
  }
  const { from, to, reach, pixel } = message;
  const points = sight.way({ from: from && imagePoint(from.x, from.y), to: imagePoint(to.x, to.y), reach, pixel });
  return { type: 'way', id, points };
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (!cv) return;
  try {
    if (data.type === 'picture') {
      // First the old one goes: two large ones may be more than there is room for.
      sight?.dispose();
      sight = null;
      sight = look(cv, data);
    } else say(answer(data));
  } catch (error) {
    // OpenCV throws numbers; which they are says nothing to anybody.
    if (data.type !== 'picture')
      say({ type: 'failed', id: data.id, why: typeof error === 'number' ? 'OpenCV gave up' : reason(error) });
  }
});

loadOpenCv((loaded, total) => say({ type: 'loading', loaded, total })).then(
  (loaded) => {
    cv = loaded;
    say({ type: 'ready' });
  },
  (error: unknown) => say({ type: 'unable', why: reason(error) }),
);
