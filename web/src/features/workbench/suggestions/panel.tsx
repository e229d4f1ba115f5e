/** Beside the picture: what models suggest, the surest first, and what can be done with all from a score on. */
import type { SuggestionSnapshot } from '@tandem/client';
import { Check, ChevronDown, ChevronUp, Eye, EyeOff, X } from 'lucide-react';
import { memo, useId, type ReactNode } from 'react';

import type { Looks } from '~/canvas/overlay';
import { hint } from '~/hotkeys/keymap';
import { useLive, useStore } from '~/lib/use-store';
import { Button, IconButton } from '~/ui/controls';
import type { Suggestions } from './suggestions';
import { acceptOver, rejectRest } from './use-suggestions';
import { overText, percentOf } from './words';
import './suggestions.css';

/** As many as anybody goes through by the list; the rest comes up as these are decided. */
const LISTED = 200;

interface PanelProps {
  suggestions: Suggestions;
  looks: Looks;
  /** Keys that labels have here. */
  taken: ReadonlySet<string>;
  /** Back to the picture, so that its keys work. */
  onDone: () => void;
}

export function SuggestionsPanel({ suggestions, looks, taken, onDone }: PanelProps): ReactNode {
  const { room } = suggestions.desk;
  const open = useLive(room.suggestions, () => room.suggestions.open());
  const current = useStore(suggestions.current);
  const shown = useStore(suggestions.shown);
  const title = useId();
  const severalSources = new Set(open.map(({ source }) => source)).size > 1;
  return (
    <section className="suggestions" aria-labelledby={title} data-testid="suggestions">
      <header className="side-head">
        <h2 className="side-title" id={title}>
          Suggestions
        </h2>
        <span className="muted num" role="status" data-testid="suggestions-open">
          {open.length === 0 ? 'all decided' : `${open.length} open`}
        </span>
        <span className="spacer" />
        <IconButton
          label={shown ? 'Hide on the image' : 'Show on the image'}
          pressed={!shown}
          onClick={() => suggestions.shown.set(!shown)}
        >
          {shown ? <Eye size={15} aria-hidden /> : <EyeOff size={15} aria-hidden />}
        </IconButton>
        <IconButton
          label="Suggestion before"
          {...hint('previousDifference', taken)}
          disabled={open.length === 0}
          onClick={() => suggestions.step(-1)}
        >
          <ChevronUp size={16} aria-hidden />
        </IconButton>
        <IconButton
          label="Next suggestion"
          {...hint('nextDifference', taken)}
          disabled={open.length === 0}
          onClick={() => suggestions.step(1)}
        >
          <ChevronDown size={16} aria-hidden />
        </IconButton>
      </header>
      {open.length > 0 && (
        <>
          <AtOnce suggestions={suggestions} open={open} />
          <ul className="suggestions-list">
            {open.slice(0, LISTED).map((one) => (
              <Row
                key={one.id}
                {...{ suggestions, onDone }}
                suggestion={one}
                color={looks.color(one.label)}
                isCurrent={one.id === current}
                source={severalSources ? one.source : null}
              />
            ))}
          </ul>
          {open.length > LISTED && (
            <p className="muted suggestions-more">{open.length - LISTED} more, which come up as these are decided.</p>
          )}
          {!severalSources && <p className="muted suggestions-more truncate">by {open[0]?.source}</p>}
        </>
      )}
    </section>
  );
}

/** From which score on, and what is done with those and with the rest. */
function AtOnce({ suggestions, open }: { suggestions: Suggestions; open: readonly SuggestionSnapshot[] }): ReactNode {
  const threshold = useStore(suggestions.threshold);
  const over = suggestions.over(threshold).length;
  const told = overText(threshold, over, open.length);
  return (
    <div className="suggestions-at-once" role="group" aria-label="All at once">
      <label className="suggestions-threshold">
        <input
          type="range"
          min={0}
          max={1}
          step={0.05}
          value={threshold}
          aria-label="Score from which on suggestions are accepted at once"
          aria-valuetext={told}
          onChange={(event) => suggestions.threshold.set(Number(event.target.value))}
        />
        <span className="num" data-testid="threshold-told">
          {told}
        </span>
      </label>
      <Button
        disabled={over === 0}
        onClick={() => acceptOver(suggestions, threshold)}
        data-testid="accept-over"
        icon={<Check size={14} aria-hidden />}
      >
        Accept {over}
      </Button>
      <Button
        look="plain"
        onClick={() => rejectRest(suggestions)}
        data-testid="reject-rest"
        icon={<X size={14} aria-hidden />}
        title="Every suggestion that is still open"
      >
        Reject the rest
      </Button>
    </div>
  );
}

interface RowProps {
  suggestions: Suggestions;
  suggestion: SuggestionSnapshot;
  color: string;
  isCurrent: boolean;
  /** Null: all are of one. */
  source: string | null;
  onDone: () => void;
}

const Row = memo(function Row({ suggestions, suggestion, color, isCurrent, source, onDone }: RowProps): ReactNode {
  const { id, label, score } = suggestion;
  const name = score === null ? label : `${label} ${percentOf(score)}`;
  return (
    <li className="suggestion" style={{ '--label': color }}>
      <button
        type="button"
        className="suggestion-what"
        aria-current={isCurrent}
        data-testid="suggestion"
        onClick={() => {
          suggestions.go(id);
          onDone();
        }}
      >
        <span className="label-swatch" aria-hidden />
        <span className="suggestion-name truncate">
          {label}
          {source !== null && <small className="muted"> {source}</small>}
        </span>
        {score !== null && (
          <>
            <span className="suggestion-score" aria-hidden>
              <span style={{ width: `${score * 100}%` }} />
            </span>
            <span className="num muted">{percentOf(score)}</span>
          </>
        )}
      </button>
      <button type="button" className="row-icon" aria-label={`Accept ${name}`} onClick={() => suggestions.accept([suggestion])}>
        <Check size={15} aria-hidden />
      </button>
      <button type="button" className="row-icon" aria-label={`Reject ${name}`} onClick={() => suggestions.reject([suggestion])}>
        <X size={15} aria-hidden />
      </button>
    </li>
  );
});
