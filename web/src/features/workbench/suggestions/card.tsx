/** Beside the suggestion that is looked at: what it is, and every way to decide it. It stays there while the picture is moved; no component renders for that. */
import type { SuggestionSnapshot } from '@tandem/client';
import { Check, PencilLine, X } from 'lucide-react';
import { useLayoutEffect, useRef, type ReactNode } from 'react';

import { besideRect } from '~/geometry/beside';
import { bounds } from '~/geometry/shapes';
import { onStage } from '~/geometry/view';
import { hint, keysOf } from '~/hotkeys/keymap';
import { useLive, useStore } from '~/lib/use-store';
import { Button, IconButton } from '~/ui/controls';
import type { Suggestions } from './suggestions';
import { percentOf } from './words';

/** Of the keys that do it the one that is known for it. */
const rejectKey = (): string => keysOf('remove').find((key) => key === 'Backspace') ?? keysOf('remove')[0] ?? '';

/** From the shape to the card. */
const GAP = 14;

interface CardProps {
  suggestions: Suggestions;
  /** Keys that labels have here. */
  taken: ReadonlySet<string>;
  /** Back to the picture, so that its keys work. */
  onDone: () => void;
}

export function SuggestionCard(props: CardProps): ReactNode {
  const { suggestions } = props;
  const { room } = suggestions.desk;
  const id = useStore(suggestions.current);
  const shown = useStore(suggestions.shown);
  const suggestion = useLive(room.suggestions, () => (id === null ? undefined : room.suggestions.get(id)));
  return suggestion && shown ? <Card {...props} suggestion={suggestion} /> : null;
}

function Card({ suggestions, suggestion, taken, onDone }: CardProps & { suggestion: SuggestionSnapshot }): ReactNode {
  const card = useRef<HTMLElement>(null);
  const { desk } = suggestions;
  const { label, score, source, geometry } = suggestion;
  useLayoutEffect(() => {
    const element = card.current;
    if (!element) return;
    const place = (): void => {
      const rect = onStage(desk.camera.view.get(), bounds(geometry));
      const size = { width: element.offsetWidth, height: element.offsetHeight };
      const { x, y } = besideRect(rect, size, desk.camera.stage.get(), GAP);
      element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
    };
    place();
    const stops = [desk.camera.view, desk.camera.stage].map((one) => one.subscribe(place));
    const sized = new ResizeObserver(place);
    sized.observe(element);
    return () => {
      for (const stop of stops) stop();
      sized.disconnect();
    };
  }, [desk, geometry]);
  const open = suggestions.open();
  const at = open.findIndex(({ id }) => id === suggestion.id);
  const done = (act: () => void) => (): void => {
    act();
    onDone();
  };
  return (
    <section ref={card} className="suggestion-card" aria-label={`Suggestion: ${label}`} data-testid="suggestion-card">
      <header>
        <strong className="truncate">{label}</strong>
        {score !== null && <span className="num">{percentOf(score)}</span>}
        <span className="spacer" />
        <span className="muted num">
          {at + 1} of {open.length}
        </span>
        <IconButton label="Close" side="top" onClick={done(() => suggestions.letGo())}>
          <X size={15} aria-hidden />
        </IconButton>
      </header>
      <p className="muted truncate">{source}</p>
      <div className="suggestion-ways">
        <Button
          look="solid"
          icon={<Check size={14} aria-hidden />}
          {...hint('acceptSuggestion', taken)}
          onClick={done(() => suggestions.take())}
        >
          Accept
        </Button>
        <Button icon={<X size={14} aria-hidden />} keys={rejectKey()} onClick={done(() => suggestions.drop())}>
          Reject
        </Button>
        <IconButton label="Accept it and edit its shape" side="top" onClick={done(() => suggestions.edit(suggestion))}>
          <PencilLine size={15} aria-hidden />
        </IconButton>
      </div>
    </section>
  );
}
