import { useEffect } from 'react';

/** Whoever closes or reloads the page is asked first, as long as there is something to lose. */
export function useLeaveWarning(unsaved: boolean | (() => boolean)): void {
  useEffect(() => {
    if (unsaved === false) return;
    const warn = (event: BeforeUnloadEvent): void => {
      if (unsaved === true || unsaved()) event.preventDefault();
    };
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [unsaved]);
}
