/** A window that is moved to another screen may get other pixels without getting another size. */
export function onPixelRatio(listener: () => void): () => void {
  const abort = new AbortController();
  const watch = (): void => {
    // It says only that this is not the ratio any more, so each new one is asked about anew.
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener(
      'change',
      () => {
        watch();
        listener();
      },
      { once: true, signal: abort.signal },
    );
  };
  watch();
  return () => abort.abort();
}
