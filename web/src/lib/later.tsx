import { useLayoutEffect, useState, type ComponentType, type ReactNode } from 'react';

/**
 * A part of the app whose program is loaded when it is first shown; `waiting` stands there until then. It is shown as soon as it is loaded: `Suspense` would
 * keep it back until 300 ms after `waiting` was painted, which is most of the time in which a page opens.
 */
export function later<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  waiting: ReactNode,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;
  return function Later(props: Props): ReactNode {
    const [Part, setPart] = useState(() => loaded);
    const [failure, setFailure] = useState<Error | null>(null);
    useLayoutEffect(() => {
      if (Part) return;
      let isGone = false;
      load().then(
        (program) => {
          loaded = program.default;
          if (!isGone) setPart(() => program.default);
        },
        (error: unknown) => {
          if (!isGone) setFailure(error instanceof Error ? error : new Error(String(error)));
        },
      );
      return () => {
        isGone = true;
      };
    }, [Part]);
    // Whoever stands around it says so, and what to do.
    if (failure) throw failure;
    return Part ? <Part {...props} /> : waiting;
  };
}
