// What is really painted on the screen, layers over one another, read back from a picture of it.
import { at } from './browser.mjs';

/** Red, green and blue of a part of the page, row by row. */
export async function painted(page, clip) {
  const shot = await page.screenshot({ clip });
  return page.evaluate(
    async (bytes) => {
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(bytes)]));
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
      const ctx = canvas.getContext('2d');
      ctx.drawImage(bitmap, 0, 0);
      const { data } = ctx.getImageData(0, 0, canvas.width, canvas.height);
      return Array.from({ length: data.length / 4 }, (_, i) => [...data.slice(i * 4, i * 4 + 3)]);
    },
    [...shot],
  );
}

/** The colour at an image pixel, with all that lies on it. */
export async function colorAt(page, x, y) {
  const p = await at(page, x, y);
  const [color] = await painted(page, { x: Math.round(p.x), y: Math.round(p.y), width: 1, height: 1 });
  return color;
}
