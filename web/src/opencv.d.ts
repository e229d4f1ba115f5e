/** What scripts/opencv.ts makes of the package. */
declare module 'opencv/opencv.js' {
  /** Fills the settings with everything that OpenCV has, and calls `onRuntimeInitialized` then. */
  const load: (settings: object) => unknown;
  export default load;
  /** Of its WebAssembly. */
  export const BYTES: number;
}
