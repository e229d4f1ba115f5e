/**
 * What is used of OpenCV, by its own names. The package's types cover all of it by one global name and miss the scissors. What `new` makes lies in
 * WebAssembly's memory, which no browser clears up: it has to be deleted.
 */
export interface Mat {
  readonly rows: number;
  readonly cols: number;
  /** Views of WebAssembly's memory: not to be kept over another call, which may move it. */
  readonly data: Uint8Array;
  readonly data32S: Int32Array;
  readonly data32F: Float32Array;
  roi(rect: CvRect): Mat;
  delete(): void;
}

export interface MatVector {
  size(): number;
  get(i: number): Mat;
  delete(): void;
}

export interface CvRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface CvPoint {
  readonly x: number;
  readonly y: number;
}

interface Sized {
  readonly width: number;
  readonly height: number;
}

export interface ScissorsMB {
  setEdgeFeatureCannyParameters(low: number, high: number): void;
  setGradientMagnitudeMaxLimit(limit: number): void;
  applyImage(image: Mat): void;
  buildMap(from: CvPoint): void;
  getContour(to: CvPoint, contour: Mat, backward: boolean): void;
  delete(): void;
}

export interface Cv {
  readonly Mat: {
    new (): Mat;
    new (rows: number, cols: number, type: number): Mat;
    zeros(rows: number, cols: number, type: number): Mat;
  };
  readonly MatVector: new () => MatVector;
  readonly Rect: new (x: number, y: number, width: number, height: number) => CvRect;
  readonly Point: new (x: number, y: number) => CvPoint;
  readonly Size: new (width: number, height: number) => Sized;
  readonly Scalar: new (...values: number[]) => readonly number[];
  readonly segmentation_IntelligentScissorsMB: new () => ScissorsMB;
  readonly CV_8UC1: number;
  readonly CV_8UC4: number;
  readonly CV_32F: number;
  readonly COLOR_RGBA2RGB: number;
  readonly COLOR_RGB2GRAY: number;
  readonly FLOODFILL_FIXED_RANGE: number;
  readonly FLOODFILL_MASK_ONLY: number;
  readonly INTER_AREA: number;
  readonly RETR_CCOMP: number;
  readonly CHAIN_APPROX_SIMPLE: number;
  readonly FILLED: number;
  cvtColor(from: Mat, to: Mat, code: number): void;
  resize(from: Mat, to: Mat, size: Sized, fx: number, fy: number, interpolation: number): void;
  floodFill(
    image: Mat,
    mask: Mat,
    seed: CvPoint,
    value: readonly number[],
    rect: CvRect,
    low: readonly number[],
    high: readonly number[],
    flags: number,
  ): number;
  findContours(image: Mat, contours: MatVector, hierarchy: Mat, mode: number, method: number): void;
  contourArea(contour: Mat): number;
  drawContours(image: Mat, contours: MatVector, index: number, color: readonly number[], thickness: number): void;
  Sobel(from: Mat, to: Mat, depth: number, dx: number, dy: number): void;
  magnitude(x: Mat, y: Mat, to: Mat): void;
}

/** Calls `work` with a way to say what is to be deleted after it, come what may. */
export function deleting<T>(work: (own: <M extends { delete(): void }>(thing: M) => M) => T): T {
  const owned: { delete(): void }[] = [];
  try {
    return work((thing) => {
      owned.push(thing);
      return thing;
    });
  } finally {
    for (const thing of owned) thing.delete();
  }
}
