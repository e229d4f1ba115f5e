/** Why work goes back: said to its author where it belongs on the picture, and kept by the server with the task. What is begun is kept until it is sent. */
import type { RegionSnapshot, ThreadAnchor } from '@tandem/client';
import { useMemo, useRef, useState, type ReactNode } from 'react';

import { mentioned } from '~/lib/mentions';
import type { Desk } from '~/tools/desk';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { MentionField } from '../comments/mention-field';
import type { Person } from '../use-people';
import type { Kept } from './kept';
import type { Said } from './use-decide';
import { greeting, reasonIn, wholeAnchor, type Place } from './verdict';

export type Asking = 'reject' | 'request_changes';

const ASKS: Record<Asking, { title: string; description: string; act: string }> = {
  request_changes: {
    title: 'What has to change?',
    description: 'The task goes back with your words. What is drawn stays, and you may draw what you mean.',
    act: 'Request changes',
  },
  reject: {
    title: 'Why is it rejected?',
    description: 'What becomes of a rejected task is up to the workflow. Your words stay with it.',
    act: 'Reject',
  },
};

const LONGEST = 2_000;

interface VerdictDialogProps {
  asking: Asking;
  desk: Desk;
  /** Whose work it is; null: it is not known. */
  author: Pick<Person, 'id' | 'name'> | null;
  people: ReadonlyMap<string, Person>;
  draft: Kept;
  /** Where was clicked. */
  clicked: ThreadAnchor | null;
  busy: boolean;
  onPlace: () => void;
  onSay: (said: Said) => void;
  onClose: () => void;
}

export function VerdictDialog(props: VerdictDialogProps): ReactNode {
  const { asking, desk, author, people, draft, clicked, busy, onPlace, onSay, onClose } = props;
  const { title, description, act } = ASKS[asking];
  const name = author?.name ?? null;
  const [text, setText] = useState(() => draft.get() || greeting(name));
  const [selected] = desk.selected();
  const [place, setPlace] = useState<Place>(clicked ? 'clicked' : selected ? 'selected' : 'whole');
  const chosen = useRef(new Map<string, string>());
  const me = desk.comments.reader.id;
  const others = useMemo(() => [...people.values()].filter(({ id }) => id !== me), [people, me]);
  const reason = reasonIn(text, name);
  const say = (): void => {
    if (reason === '') return;
    const mentions = mentioned(
      text,
      others,
      author ? new Map([...chosen.current, [keyOf(author.name), author.id]]) : chosen.current,
    );
    onSay({
      decision: asking,
      reason,
      remark: { anchor: anchorFor(desk, place, clicked, selected), text: text.trim(), mentions },
    });
  };
  return (
    <Dialog open onClose={onClose} title={title} description={description}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          say();
        }}
      >
        <div className="field verdict-reason">
          <span aria-hidden>Reason</span>
          <MentionField
            label="Reason"
            placeholder="What is wrong, and how it should be"
            others={others}
            text={text}
            rows={3}
            maxLength={LONGEST}
            autoFocus
            onPick={({ id, name: picked }) => chosen.current.set(keyOf(picked), id)}
            onChange={(next) => {
              setText(next);
              draft.set(next);
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
              event.preventDefault();
              say();
            }}
          />
        </div>
        {desk.camera.hasStage && <Places {...{ place, setPlace, selected, clicked, onPlace }} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Keep looking</Button>
          <Button look="solid" type="submit" busy={busy} disabled={reason === '' || busy} data-testid="decide-confirm">
            {act}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const keyOf = (name: string): string => name.normalize('NFC').toLowerCase();

function anchorFor(desk: Desk, place: Place, clicked: ThreadAnchor | null, selected: RegionSnapshot | undefined): ThreadAnchor {
  const anchor = place === 'selected' && selected ? desk.comments.anchorOn(selected.id) : place === 'clicked' ? clicked : null;
  return anchor ?? wholeAnchor(desk.image);
}

interface PlacesProps {
  place: Place;
  setPlace: (place: Place) => void;
  selected: RegionSnapshot | undefined;
  clicked: ThreadAnchor | null;
  onPlace: () => void;
}

function Places({ place, setPlace, selected, clicked, onPlace }: PlacesProps): ReactNode {
  const radio = (value: Place, words: string): ReactNode => (
    <label className="verdict-place">
      <input type="radio" name="place" checked={place === value} onChange={() => setPlace(value)} />
      {words}
    </label>
  );
  return (
    <fieldset className="verdict-places">
      <legend>Pinned</legend>
      {selected && radio('selected', `on the selected region (${selected.label})`)}
      {clicked && radio('clicked', clicked.kind === 'region' ? 'on the region you clicked' : 'where you clicked')}
      {radio('whole', 'on the picture as a whole')}
      <Button onClick={onPlace} data-testid="choose-place">
        {clicked ? 'Choose another place …' : 'Choose a place on the picture …'}
      </Button>
    </fieldset>
  );
}
