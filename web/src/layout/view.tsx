/** A whole layout at work. It is loaded only where a project has one. */
import './layout.css';

import { useEffect, useMemo, useRef, useSyncExternalStore, type ReactNode } from 'react';

import { acceptPrediction } from './accept';
import {
  AnnotatorContext,
  BreakpointContext,
  ImageContext,
  LayoutContext,
  type Frame,
  type Handler,
  type LayoutBench,
  type ShownAnnotator,
} from './context';
import { NO_LOCALS } from './expression';
import { Nodes } from './render';
import type { Breakpoint } from './tree';

const WIDTHS: readonly (readonly [Breakpoint, string])[] = [
  ['xl', '(min-width: 1280px)'],
  ['lg', '(min-width: 1024px)'],
  ['md', '(min-width: 768px)'],
  ['sm', '(min-width: 640px)'],
];

/** The widest breakpoint that this screen reaches. */
function useBreakpoint(): Breakpoint | null {
  return useSyncExternalStore(
    (listener) => {
      const queries = WIDTHS.map(([, query]) => matchMedia(query));
      for (const query of queries) query.addEventListener('change', listener);
      return () => queries.forEach((query) => query.removeEventListener('change', listener));
    },
    () => WIDTHS.find(([, query]) => matchMedia(query).matches)?.[0] ?? null,
  );
}

const TOP: Frame = { locals: NO_LOCALS, keys: [] };

interface LayoutViewProps extends LayoutBench {
  /** Counts tries to submit that failed: at each the first wrong field is shown. */
  failures?: number;
  /** The workbench's own canvas. */
  image?: ReactNode;
  /** A preview shows it as a screen of this width would, as a part of another page. Absent: this screen, and it is the page. */
  preview?: Breakpoint | null;
  /** Told which ImageAnnotator is on the screen. */
  onAnnotator?: (shown: ShownAnnotator | null) => void;
}

const NOBODY = (): void => undefined;

export default function LayoutView({
  failures = 0,
  image = null,
  preview,
  onAnnotator = NOBODY,
  ...given
}: LayoutViewProps): ReactNode {
  const { model, room, readOnly, handlers, submit, suggestions, components } = given;
  const here = useBreakpoint();
  const width = preview === undefined ? here : preview;
  const Box = preview === undefined ? 'main' : 'section';
  const box = useRef<HTMLElement>(null);
  const bench = useMemo<LayoutBench>(() => {
    const decide: Readonly<Record<string, Handler>> = {
      acceptPrediction: (event) => acceptPrediction(model, event, readOnly),
      applyPrediction: (event) => acceptPrediction(model, event, readOnly),
      rejectPrediction: () => undefined,
      submitAnnotation: submit,
    };
    return { model, room, readOnly, handlers: { ...decide, ...handlers }, submit, suggestions, components };
  }, [model, room, readOnly, handlers, submit, suggestions, components]);
  useEffect(() => {
    if (failures > 0) showFirstWrong(box.current);
  }, [failures]);
  return (
    <LayoutContext value={bench}>
      <BreakpointContext value={width}>
        <AnnotatorContext value={onAnnotator}>
          <ImageContext value={image}>
            <Box ref={box} className="lay" aria-label={model.layout.name ?? model.layout.id}>
              <Nodes nodes={model.layout.root} frame={TOP} />
            </Box>
          </ImageContext>
        </AnnotatorContext>
      </BreakpointContext>
    </LayoutContext>
  );
}

/** The first field that says what is wrong with it takes the focus. */
function showFirstWrong(box: HTMLElement | null): void {
  const wrong = box?.querySelector<HTMLElement>('.lay-field-wrong');
  const control = wrong?.querySelector<HTMLElement>('input:not(:disabled), textarea, select, button, [tabindex]');
  wrong?.scrollIntoView({ block: 'center' });
  control?.focus({ preventScroll: true });
}
