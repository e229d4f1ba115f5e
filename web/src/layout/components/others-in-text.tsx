/**
 * What others have chosen in a text, and where their carets are, in their colours and with their names. It lies over the letters and leaves them as they are: nothing of it
 * can be pressed or chosen, and no piece of the text is cut for it, so that whoever is choosing letters beneath it is not disturbed.
 */
import { useEffect, useState, type CSSProperties, type ReactNode, type RefObject } from 'react';

import type { Rect } from '~/geometry/points';
import { namesAbove } from '~/geometry/text-lines';
import { inkOn } from '~/lib/color';
import { chosenFrom, type OtherPlace } from '../chosen-letters';
import { letters } from '../json';
import { sliceOf, trimmed, wordsOf } from '../spans';
import { caretOf, linesOf } from './letters-on-screen';

/** As the style sheet has them. */
const NAME = { height: 12, most: 140, letter: 6.2, around: 11 };
/** What is read to people who do not see is no longer than this. */
const MOST_SAID = 60;

interface OthersInTextProps {
  /** The element with the letters; what is drawn here stands beside it, in the same place. */
  box: RefObject<HTMLElement | null>;
  text: string;
  others: readonly OtherPlace[];
  /** Another one whenever the letters may have moved. */
  drawn: unknown;
}

interface Shown {
  readonly other: OtherPlace;
  readonly lines: readonly Rect[];
  readonly caret: Rect;
  readonly name: { readonly x: number; readonly y: number };
}

export function OthersInText({ box, text, others, drawn }: OthersInTextProps): ReactNode {
  const [shown, setShown] = useState<readonly Shown[]>([]);
  const isAlone = others.length === 0;
  useEffect(() => {
    const element = box.current;
    if (!element || isAlone) return;
    // Called at once, and whenever the lines may break elsewhere: each time before the browser paints.
    const observer = new ResizeObserver(() => setShown(measured(element, text, others)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, text, others, drawn, isAlone]);
  // Most people are alone most of the time.
  if (isAlone) return null;
  return (
    <div className="lay-others" aria-hidden>
      {shown.map(({ other: { peer, user, from, to }, lines, caret, name }) => (
        <div
          key={peer}
          data-peer={peer}
          data-chosen={`${from}-${to}`}
          style={{ '--who': user.color, '--ink': inkOn(user.color) } as CSSProperties}
        >
          {lines.map((line) => (
            <i key={`${line.x} ${line.y}`} className="lay-others-line" style={placed(line)} />
          ))}
          <i className="lay-others-caret" style={placed(caret)} />
          <span className="lay-others-name" style={{ left: name.x, top: name.y }}>
            {user.name}
          </span>
        </div>
      ))}
    </div>
  );
}

const placed = ({ x, y, width, height }: Rect): CSSProperties => ({ left: x, top: y, ...(width > 0 && { width }), height });

function measured(box: HTMLElement, text: string, others: readonly OtherPlace[]): readonly Shown[] {
  const origin = box.getBoundingClientRect();
  const length = letters(text);
  const found = others.flatMap((other) => {
    const caret = caretOf(box, length, other, origin);
    return caret ? [{ other, caret, lines: linesOf(box, chosenFrom(other), origin) }] : [];
  });
  const width = ({ user }: OtherPlace): number => Math.min(NAME.most, letters(user.name) * NAME.letter + NAME.around);
  const names = namesAbove(
    found.map(({ other, caret }) => ({ caret, width: width(other), height: NAME.height })),
    origin.width,
  );
  return found.map((one, at) => ({ ...one, name: names[at] ?? one.caret }));
}

/** The same for whoever does not see it, said where they ask what this text is: not at each step that somebody else takes. */
export function saidOf(text: string, others: readonly OtherPlace[]): string {
  const short = (said: string): string => (letters(said) > MOST_SAID ? `${sliceOf(said, { start: 0, end: MOST_SAID })}…` : said);
  return others
    .map((other) => {
      const chosen = trimmed(text, chosenFrom(other));
      if (chosen) return `${other.user.name} has chosen “${short(sliceOf(text, chosen))}”`;
      const word = wordsOf(text).find(({ end }) => end >= other.to);
      return word ? `${other.user.name} is at “${short(sliceOf(text, word))}”` : `${other.user.name} is at the end`;
    })
    .join('. ');
}
