// Pictures for whoever wants to look: TANDEM_SHOTS names the folder, without it none are taken.
import { mkdir } from 'node:fs/promises';

export const SHOTS = process.env.TANDEM_SHOTS;

const LAPTOP_AND_TABLET = [
  [1366, 768],
  [1024, 768],
];

/** The page as it is, as on a laptop and on a tablet, light and dark. */
export async function shots(page, name, sizes = LAPTOP_AND_TABLET) {
  if (!SHOTS) return;
  await mkdir(SHOTS, { recursive: true });
  for (const [width, height] of sizes) {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height });
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      await page.screenshot({ path: `${SHOTS}/${name}-${width}-${colorScheme}.png` });
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
  await page.setViewportSize({ width: 1366, height: 768 });
}
