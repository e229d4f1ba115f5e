/** Below a layout, for the field that answers differ in and that is looked at: what each of them says, and every way to decide it. */
import { Ban, Combine, PencilLine, X } from 'lucide-react';
import type { ReactNode } from 'react';

import { isBlank, saysTheSame } from '~/agreement/values';
import { percent } from '~/agreement/words';
import { TAKES } from '~/hotkeys/commands';
import { hint } from '~/hotkeys/keymap';
import { useStore } from '~/lib/use-store';
import { Button, IconButton } from '~/ui/controls';
import type { Adjudication } from './adjudication';
import { Stroke } from './answers-list';
import { Key } from './conflict-bar';
import type { FieldThing } from './field-decisions';
import * as resolve from './resolve';
import { answerText, decisionOf, fieldDifference, namesOf } from './words';

interface BarProps {
  adjudication: Adjudication;
  /** Keys that the layout has: no command does. */
  taken: ReadonlySet<string>;
}

export function FieldBar({ adjudication, taken }: BarProps): ReactNode {
  const thing = useStore(adjudication.fields.current);
  useStore(adjudication.decisions);
  return thing && <Bar key={thing.key} {...{ adjudication, thing, taken }} />;
}

function Bar({ adjudication, thing, taken }: BarProps & { thing: FieldThing }): ReactNode {
  const { fields } = adjudication;
  const answers = namesOf(adjudication);
  const at = adjudication.all.indexOf(thing);
  const decided = fields.decided(thing);
  const isTaken = (answer: number): boolean => decided?.kind === 'taken' && decided.answers.includes(answer);
  const now = fields.now(thing);
  const entries = fields.entries(thing);
  return (
    <section className="conflict-bar field-bar" aria-label={`Conflict: ${thing.label}`} data-testid="conflict-bar">
      <header className="conflict-head">
        <strong className="truncate">{thing.label}</strong>
        <span className="muted">
          {thing.isAgreed ? 'agreed' : fieldDifference(thing, answers)}
          {entries.length > 0 && thing.likeness !== null && <span className="num"> · {percent(thing.likeness)}</span>}
          {!fields.isAsked(thing) && ' · not asked for with the answer as it is'}
        </span>
        <span className="spacer" />
        <span className="muted num" role="status" data-testid="conflict-decision">
          {at >= 0 && `${at + 1} of ${adjudication.all.length} · `}
          {decisionOf(decided, answers)}
        </span>
        <IconButton label="Close" side="top" onClick={() => adjudication.close()}>
          <X size={15} aria-hidden />
        </IconButton>
      </header>
      <div className="field-ways" role="group" aria-label="Decide">
        {thing.values.map((value, answer) => (
          <button
            key={answer}
            type="button"
            className="way field-way"
            aria-pressed={isTaken(answer)}
            data-testid="take-answer"
            onClick={() => resolve.take(adjudication, thing, answer)}
          >
            <Stroke at={answer} />
            <span className="field-who truncate">{answers[answer]}</span>
            <span className={isBlank(value) ? 'field-said muted' : 'field-said'}>{answerText(value, thing.names)}</span>
            {TAKES[answer] && <Key of={TAKES[answer]} taken={taken} />}
          </button>
        ))}
      </div>
      {entries.length > 0 && (
        <div className="conflict-ways" role="group" aria-label="Thing by thing">
          {entries.map((entry) => (
            <button
              key={entry.name}
              type="button"
              className="way"
              aria-pressed={fields.has(thing, entry)}
              title={entry.answers.map((one) => answers[one] ?? '').join(', ')}
              data-testid="entry"
              onClick={() => adjudication.desk.mayEdit() && fields.toggle(thing, entry)}
            >
              {entry.answers.map((one) => (
                <Stroke key={one} at={one} />
              ))}
              <span className="truncate">{answerText([entry.item], thing.names)}</span>
              <span className="sr-only">, {entry.answers.map((one) => answers[one] ?? '').join(' and ')}</span>
            </button>
          ))}
        </div>
      )}
      <div className="conflict-ways" role="group" aria-label="Other ways">
        {fields.mergesOf(thing).map((merge, n) => (
          <button
            key={merge.id}
            type="button"
            className="way"
            aria-pressed={saysTheSame([...merge.value], now)}
            data-testid={`merge-${merge.id}`}
            onClick={() => adjudication.desk.mayEdit() && fields.set(thing, [...merge.value])}
          >
            <Combine size={14} aria-hidden />
            {merge.name}
            {n === 0 && <Key of="mergeAnswers" taken={taken} />}
          </button>
        ))}
        <Button
          icon={<PencilLine size={14} aria-hidden />}
          {...hint('editAnswer', taken)}
          disabled={!fields.isAsked(thing)}
          onClick={() => resolve.edit(adjudication, thing)}
        >
          Edit
        </Button>
        <button
          type="button"
          className="way"
          aria-pressed={decided !== null && isBlank(now)}
          data-testid="leave-out"
          onClick={() => resolve.leaveOut(adjudication, thing)}
        >
          <Ban size={14} aria-hidden />
          Leave empty
          <Key of="leaveOut" taken={taken} />
        </button>
      </div>
    </section>
  );
}
