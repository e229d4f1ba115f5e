/** Over the picture, for the conflict that is looked at: what it is about, and every way to decide it. */
import { Combine, Ban, PencilLine, X } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';

import { differenceOf, labelsOf, percent, titleOf } from '~/agreement/words';
import { TAKES, type CommandId } from '~/hotkeys/commands';
import { firstKey, hint } from '~/hotkeys/keymap';
import { useStore } from '~/lib/use-store';
import { Button, IconButton, Kbd } from '~/ui/controls';
import type { Adjudication } from './adjudication';
import { Stroke } from './answers-list';
import type { Thing } from './decisions';
import * as resolve from './resolve';
import { attributesOf, decisionOf, namesOf, valueText } from './words';

interface BarProps {
  adjudication: Adjudication;
  /** Keys that labels of this task have: no command does. */
  taken: ReadonlySet<string>;
  /** Back to the picture, so that its keys work. */
  onDone: () => void;
}

export function ConflictBar({ adjudication, taken, onDone }: BarProps): ReactNode {
  const thing = useStore(adjudication.current);
  useStore(adjudication.decisions);
  return thing && <Bar key={thing.key} {...{ adjudication, thing, taken, onDone }} />;
}

function Bar({ adjudication, thing, taken, onDone }: BarProps & { thing: Thing }): ReactNode {
  const answers = namesOf(adjudication);
  const at = adjudication.conflicts.indexOf(thing);
  const decided = adjudication.decided(thing);
  const merges = useMemo(() => resolve.mergesFor(adjudication, thing), [adjudication, thing]);
  const region = adjudication.regionOf(thing);
  const done = (act: () => void) => (): void => {
    act();
    onDone();
  };
  const isTaken = (answer: number): boolean => decided?.kind === 'taken' && decided.answers.includes(answer);
  return (
    <section className="conflict-bar" aria-label={`Conflict: ${titleOf(thing)}`} data-testid="conflict-bar">
      <header className="conflict-head">
        <strong className="truncate">{titleOf(thing)}</strong>
        <span className="muted">
          {differenceOf(thing, answers) || 'agreed'}
          {thing.likeness !== null && <span className="num"> · {percent(thing.likeness)}</span>}
        </span>
        <span className="spacer" />
        <span className="muted num" role="status" data-testid="conflict-decision">
          {at >= 0 && `${at + 1} of ${adjudication.all.length} · `}
          {decisionOf(decided, answers)}
        </span>
        <IconButton label="Close" side="top" onClick={done(() => adjudication.close())}>
          <X size={15} aria-hidden />
        </IconButton>
      </header>
      <div className="conflict-ways" role="group" aria-label="Decide">
        {thing.members.map(({ answer }) => (
          <button
            key={answer}
            type="button"
            className="way"
            aria-pressed={isTaken(answer)}
            data-testid="take-answer"
            onClick={done(() => resolve.take(adjudication, thing, answer))}
          >
            <Stroke at={answer} />
            <span className="truncate">{answers[answer]}</span>
            {TAKES[answer] && <Key of={TAKES[answer]} taken={taken} />}
          </button>
        ))}
        {merges.map((merge, n) => (
          <button
            key={merge.id}
            type="button"
            className="way"
            aria-pressed={region !== undefined && JSON.stringify(region.geometry) === JSON.stringify(merge.geometry)}
            data-testid={`merge-${merge.id}`}
            onClick={done(() => resolve.merge(adjudication, thing, merge))}
          >
            <Combine size={14} aria-hidden />
            {merge.name}
            {n === 0 && <Key of="mergeAnswers" taken={taken} />}
          </button>
        ))}
        <Button
          icon={<PencilLine size={14} aria-hidden />}
          {...hint('editAnswer', taken)}
          onClick={done(() => resolve.edit(adjudication, thing))}
        >
          Edit
        </Button>
        <button
          type="button"
          className="way"
          aria-pressed={decided?.kind === 'left_out'}
          data-testid="leave-out"
          onClick={done(() => resolve.leaveOut(adjudication, thing))}
        >
          <Ban size={14} aria-hidden />
          Leave out
          <Key of="leaveOut" taken={taken} />
        </button>
      </div>
      <Choices adjudication={adjudication} thing={thing} done={done} />
    </section>
  );
}

interface ChoicesProps {
  adjudication: Adjudication;
  thing: Thing;
  done: (act: () => void) => () => void;
}

/** Where labels or attributes differ, each by itself: the shape of one and the label of another. */
function Choices({ adjudication, thing, done }: ChoicesProps): ReactNode {
  const labels = labelsOf(thing);
  const attributes = attributesOf(thing);
  const region = adjudication.regionOf(thing);
  return (
    <>
      {labels.length > 1 && (
        <div className="conflict-ways" role="group" aria-label="Label">
          <span className="muted">Label</span>
          {labels.map((label) => (
            <button
              key={label}
              type="button"
              className="way"
              aria-pressed={region?.label === label}
              onClick={done(() => resolve.setLabel(adjudication, thing, label))}
            >
              {label}
            </button>
          ))}
        </div>
      )}
      {attributes.map(({ name, values }) => (
        <div key={name} className="conflict-ways" role="group" aria-label={name}>
          <span className="muted">{name}</span>
          {values.map(([said, at]) => {
            const value = thing.members[at]?.region.attributes[name];
            return (
              <button
                key={said}
                type="button"
                className="way"
                aria-pressed={
                  region !== undefined && ((JSON.stringify(region.attributes[name]) as string | undefined) ?? '') === said
                }
                onClick={done(() => resolve.setAttribute(adjudication, thing, name, value))}
              >
                {valueText(value)}
              </button>
            );
          })}
        </div>
      ))}
    </>
  );
}

export function Key({ of, taken }: { of: CommandId; taken: ReadonlySet<string> }): ReactNode {
  const key = firstKey(of, taken);
  return key === undefined ? null : <Kbd keys={key} />;
}
