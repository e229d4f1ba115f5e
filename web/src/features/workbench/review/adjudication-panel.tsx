/** Beside the picture, for whoever decides between answers: whose there are, how much they agree, and what is to be decided. */
import { ChevronDown, ChevronUp, Columns2, Layers, ListChecks } from 'lucide-react';
import type { ReactNode } from 'react';

import { hint } from '~/hotkeys/keymap';
import { useStore } from '~/lib/use-store';
import { Button, IconButton } from '~/ui/controls';
import { Failed, Skeleton } from '~/ui/feedback';
import type { Adjudication } from './adjudication';
import { Agreement } from './agreement';
import { AnswersList } from './answers-list';
import { ConflictList } from './conflict-list';
import { takeAgreed } from './use-adjudication';
import './review.css';

interface PanelProps {
  adjudication: Adjudication | null;
  error: Error | null;
  retry: () => void;
}

export function AdjudicationPanel({ adjudication, error, retry }: PanelProps): ReactNode {
  return (
    <section className="candidates" aria-label="Answers to decide between">
      {error ? <Failed error={error} retry={retry} /> : adjudication ? <Answers adjudication={adjudication} /> : <Skeleton />}
    </section>
  );
}

function Answers({ adjudication }: { adjudication: Adjudication }): ReactNode {
  const beside = useStore(adjudication.beside);
  const { answers } = adjudication;
  return (
    <>
      <header className="candidates-head">
        <h2 className="side-title">Answers</h2>
        <span className="spacer" />
        {adjudication.draws && (
          <IconButton
            label={beside ? 'Over one another' : 'Side by side'}
            {...hint('sideBySide')}
            pressed={beside}
            disabled={answers.length === 0}
            onClick={() => adjudication.beside.set(!beside)}
            data-testid="side-by-side"
          >
            {beside ? <Layers size={16} aria-hidden /> : <Columns2 size={16} aria-hidden />}
          </IconButton>
        )}
      </header>
      {answers.length === 0 ? (
        <p className="muted">
          There are no answers to decide between. {adjudication.draws ? 'Draw' : 'Fill in'} what is right, then submit.
        </p>
      ) : (
        <>
          <Agreement adjudication={adjudication} />
          <AnswersList adjudication={adjudication} />
          <Conflicts adjudication={adjudication} />
        </>
      )}
    </>
  );
}

function Conflicts({ adjudication }: { adjudication: Adjudication }): ReactNode {
  useStore(adjudication.decisions);
  const { fields } = adjudication;
  const agreed = adjudication.agreed.length + fields.agreed.length;
  const count = adjudication.count();
  const decided = count - adjudication.open().length;
  const untaken = adjudication.untaken().length + fields.untaken().length;
  return (
    <>
      {agreed > 0 && (
        <Button
          className="take-agreed"
          icon={<ListChecks size={15} aria-hidden />}
          {...hint('takeAgreed')}
          disabled={untaken === 0}
          onClick={() => takeAgreed(adjudication)}
          data-testid="take-agreed"
        >
          {untaken === 0 ? `All that is agreed is taken (${agreed})` : `Take all agreed (${untaken})`}
        </Button>
      )}
      <header className="candidates-head">
        <h3 className="side-title">Conflicts</h3>
        <span className="muted num" role="status" data-testid="decided">
          {count === 0 ? 'none' : `${decided} of ${count} decided`}
        </span>
        <span className="spacer" />
        <IconButton
          label="Conflict before"
          {...hint('previousDifference')}
          disabled={count === 0}
          onClick={() => adjudication.step(-1)}
        >
          <ChevronUp size={16} aria-hidden />
        </IconButton>
        <IconButton label="Next conflict" {...hint('nextDifference')} disabled={count === 0} onClick={() => adjudication.step(1)}>
          <ChevronDown size={16} aria-hidden />
        </IconButton>
      </header>
      {count > 0 && <progress className="conflicts-progress" max={count} value={decided} aria-label="Conflicts decided" />}
      <ConflictList adjudication={adjudication} />
    </>
  );
}
