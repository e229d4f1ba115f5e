import type { CommentSnapshot, TaskRoom, ThreadSnapshot } from '@tandem/client';
import { useEffect, useRef } from 'react';
import { useSearch } from 'wouter';

import { useLive } from '~/lib/use-store';
import type { Desk } from '~/tools/desk';
import { toast } from '~/ui/toast';
import { personOf, type Person } from '../use-people';
import { linkedThread } from './link';

const LENGTH = 90;

const short = (text: string): string => {
  const line = text.replace(/\s+/g, ' ');
  return line.length > LENGTH ? `${line.slice(0, LENGTH - 1)}…` : line;
};

/** Why a comment that has just come concerns me; null: it does not, or not more than any other. */
function concern({ comments }: ThreadSnapshot, said: CommentSnapshot, me: string): string | null {
  if (said.author === me) return null;
  if (said.mentions.includes(me)) return 'mentions you';
  const earlier = comments.slice(0, comments.indexOf(said));
  return earlier.some(({ author }) => author === me) ? 'answers you' : null;
}

/** A comment that mentions or answers me is told as it comes, once and quietly, unless I have its thread open. */
export function useNews(desk: Desk, people: ReadonlyMap<string, Person>): void {
  const known = useRef(people);
  useEffect(() => {
    known.current = people;
  });
  useEffect(() => {
    const { room, comments } = desk;
    return room.threads.onChange(({ said, by }) => {
      // What came while I was away is in the list, marked unread.
      if (by !== 'others' || room.snapshot().phase !== 'joined') return;
      for (const { thread: id, comment: commentId } of said) {
        const thread = room.threads.get(id);
        const comment = thread?.comments.find((one) => one.id === commentId);
        const opened = comments.opened.get();
        if (!thread || !comment || (opened?.kind === 'thread' && opened.id === id && !document.hidden)) continue;
        const why = concern(thread, comment, comments.reader.id);
        if (why === null) continue;
        const { name } = personOf(known.current, comment.author);
        toast(`${name} ${why}: “${short(comment.text)}”`, 'info', { label: 'Show', run: () => comments.jump(id) });
      }
    });
  }, [desk]);
}

/** An address with a thread in it opens the task there, once the document is here. */
export function useLinkedThread(desk: Desk, room: TaskRoom, draws: boolean): void {
  const wanted = linkedThread(useSearch());
  const joined = useLive(room, () => room.snapshot().phase === 'joined');
  // Where the picture ends is known only once the stage has its size.
  const ready = useLive(desk.camera.stage, () => !draws || desk.camera.hasStage);
  useEffect(() => {
    if (wanted === null || !joined || !ready) return;
    if (desk.comments.jump(wanted)) desk.comments.listed.set(true);
    else toast('The comment that this link leads to is no longer there');
    // A connection that comes back is no reason to jump again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [desk, wanted, joined && ready]);
}
