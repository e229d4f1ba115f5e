/** The real OpenCV, as the package has it for Node. */
import { createRequire } from 'node:module';

import type { Cv } from '~/assist/cv';
import type { Pixels } from '~/assist/sight';

interface Starting extends Cv {
  onRuntimeInitialized?: () => void;
  then?: unknown;
}

let started: Promise<{ readonly cv: Cv }> | undefined;

/** In a box: it calls itself a promise, of itself. */
export function openCv(): Promise<{ readonly cv: Cv }> {
  return (started ??= new Promise((resolve) => {
    const cv = createRequire(import.meta.url)('@techstark/opencv-js') as Starting;
    cv.onRuntimeInitialized = () => {
      delete cv.then;
      resolve({ cv });
    };
  }));
}

type Color = readonly [red: number, green: number, blue: number];

/** A picture made by a rule, with grain as cameras have it. */
export function painted(width: number, height: number, color: (x: number, y: number) => Color, grain = 0): Pixels {
  const data = new Uint8Array(width * height * 4);
  let seed = 1;
  const noise = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return (seed / 2 ** 32 - 0.5) * 2 * grain;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [red, green, blue] = color(x, y);
      data.set([red + noise(), green + noise(), blue + noise(), 255], (y * width + x) * 4);
    }
  }
  return { width, height, data };
}
