/** How a picture is shown. Nothing of it is kept with the work. */
export interface Adjustments {
  /** Parts: 1 is as it is. */
  readonly brightness: number;
  readonly contrast: number;
  readonly gamma: number;
  /** Spreads what there is of light and dark over all there could be. */
  readonly equalise: boolean;
  readonly channel: Channel;
}

export const CHANNELS = ['colour', 'red', 'green', 'blue', 'grey'] as const;
export type Channel = (typeof CHANNELS)[number];

export const AS_IT_IS: Adjustments = { brightness: 1, contrast: 1, gamma: 1, equalise: false, channel: 'colour' };

export const isAsItIs = (a: Adjustments): boolean =>
  a.brightness === 1 && a.contrast === 1 && a.gamma === 1 && !a.equalise && a.channel === 'colour';

/** As the eye weighs them (ITU-R BT.709). */
const luma = (r: number, g: number, b: number): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** How many pixels have each lightness, 0 to 255. */
export function histogram(pixels: Uint8ClampedArray): Uint32Array {
  const counts = new Uint32Array(256);
  for (let i = 0; i + 3 < pixels.length; i += 4) {
    const at = Math.round(luma(pixels[i] ?? 0, pixels[i + 1] ?? 0, pixels[i + 2] ?? 0));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

/** What each of 256 values becomes. The histogram is needed where it is spread only. */
export function table(a: Adjustments, counts: Uint32Array | null): Uint8ClampedArray {
  const spread = a.equalise && counts ? equalised(counts) : null;
  return Uint8ClampedArray.from({ length: 256 }, (_, value) => {
    const from = (spread?.[value] ?? value) / 255;
    const lit = Math.pow(from, 1 / a.gamma) * a.brightness;
    return Math.round(((lit - 0.5) * a.contrast + 0.5) * 255);
  });
}

/** The share of pixels that are no lighter, from the darkest there is on. */
function equalised(counts: Uint32Array): readonly number[] {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const first = counts.find((n) => n > 0) ?? 0;
  let seen = 0;
  return Array.from(counts, (n, value) => {
    seen += n;
    return total > first ? (Math.max(0, seen - first) / (total - first)) * 255 : value;
  });
}

/**
 * Changes pixels in place.
 *
 * @param counts of the picture that they are a part of; without it they are all there is
 */
export function adjust(pixels: Uint8ClampedArray, a: Adjustments, counts?: Uint32Array): void {
  const to = table(a, a.equalise ? (counts ?? histogram(pixels)) : null);
  for (let i = 0; i + 3 < pixels.length; i += 4) {
    const [r, g, b] = [to[pixels[i] ?? 0] ?? 0, to[pixels[i + 1] ?? 0] ?? 0, to[pixels[i + 2] ?? 0] ?? 0];
    if (a.channel === 'colour') {
      pixels[i] = r;
      pixels[i + 1] = g;
      pixels[i + 2] = b;
    } else {
      const one = a.channel === 'red' ? r : a.channel === 'green' ? g : a.channel === 'blue' ? b : luma(r, g, b);
      pixels.fill(one, i, i + 3);
    }
  }
}
