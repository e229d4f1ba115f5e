/** What was said about work that came back: the comments that are meant for its author and not settled. */
import type { ThreadSnapshot, components } from '@tandem/client';

type Annotation = components['schemas']['Annotation'];

/** Mine, and refused the last time that somebody decided about it. */
export function isSentBack(annotations: readonly Annotation[], me: string): boolean {
  const [newest] = annotations
    .filter(({ user_id }) => user_id === me)
    .sort((a, b) => (b.submitted_at ?? '').localeCompare(a.submitted_at ?? '') || b.version - a.version);
  return newest?.status === 'rejected';
}

/** The newest first. */
export const remarksFor = (threads: readonly ThreadSnapshot[], me: string): readonly ThreadSnapshot[] =>
  threads
    .filter(({ resolved, comments: [first] }) => resolved === null && first && first.author !== me && first.mentions.includes(me))
    .sort((a, b) => b.createdAt - a.createdAt);
