/** Whose answers there are: each can be hidden, and taken over whole. */
import type { ReactNode } from 'react';

import { isBlank } from '~/agreement/values';
import { useStore } from '~/lib/use-store';
import { Button } from '~/ui/controls';
import { toast } from '~/ui/toast';
import type { Adjudication } from './adjudication';
import { lookOf, type Answer } from './answers';
import { takeWhole } from './resolve';

export function AnswersList({ adjudication }: { adjudication: Adjudication }): ReactNode {
  const hidden = useStore(adjudication.hidden);
  const opacity = useStore(adjudication.opacity);
  const beside = useStore(adjudication.beside);
  const { draws } = adjudication;
  return (
    <>
      <ol className="answers">
        {adjudication.answers.map((answer) => (
          <Row key={answer.id} answer={answer} adjudication={adjudication} hidden={hidden.has(answer.at)} beside={beside} />
        ))}
      </ol>
      {draws && !beside && (
        <label className="answers-opacity">
          <span>Opacity</span>
          <input
            type="range"
            min={10}
            max={100}
            step={5}
            value={Math.round(opacity * 100)}
            aria-label="Opacity of the answers, in percent"
            onChange={(event) => adjudication.opacity.set(Number(event.target.value) / 100)}
          />
        </label>
      )}
    </>
  );
}

const counted = (n: number, what: string): string => (n === 1 ? `1 ${what}` : `${n} ${what}s`);

interface RowProps {
  answer: Answer;
  adjudication: Adjudication;
  hidden: boolean;
  beside: boolean;
}

function Row({ answer, adjudication, hidden, beside }: RowProps): ReactNode {
  const { name, regions, at } = answer;
  const { draws, fields } = adjudication;
  const said = fields.all.filter(({ values }) => !isBlank(values[at])).length;
  const counts = [
    ...(draws && regions.length > 0 ? [counted(regions.length, 'region')] : []),
    ...(said > 0 ? [counted(said, 'field')] : []),
  ];
  // What has no picture is told by its words alone: there is nothing to hide.
  const Name = draws ? 'label' : 'span';
  return (
    <li className="candidate" data-testid="answer">
      <Name className="candidate-shown">
        {draws && (
          <input
            type="checkbox"
            checked={!hidden || beside}
            disabled={beside}
            aria-label={`Show what ${name} drew`}
            onChange={() => adjudication.toggle(at)}
          />
        )}
        <Stroke at={at} />
        <span className="candidate-name">
          <strong className="truncate">{name}</strong>
          <small className="muted">{counts.join(', ') || (draws ? 'nothing found' : 'nothing answered')}</small>
        </span>
      </Name>
      <Button
        onClick={() => {
          if (takeWhole(adjudication, at))
            toast(draws ? `What ${name} drew is on the image now` : `The answer is as ${name} gave it`, 'good');
        }}
        aria-label={`Use this: all that ${name} ${draws ? 'drew' : 'answered'}`}
        data-testid={`use-${name}`}
      >
        Use this
      </Button>
    </li>
  );
}

/** How an answer is drawn: its colour and its dash. */
export function Stroke({ at }: { at: number }): ReactNode {
  const { color, dash } = lookOf(at);
  return (
    <svg className="answer-stroke" width="26" height="10" aria-hidden>
      <line x1="1" y1="5" x2="25" y2="5" stroke="rgb(0 0 0 / 38%)" strokeWidth="4.5" />
      <line x1="1" y1="5" x2="25" y2="5" stroke={color} strokeWidth="3" strokeDasharray={dash.join(' ')} />
    </svg>
  );
}
