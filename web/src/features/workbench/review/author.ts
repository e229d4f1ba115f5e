/** Who is told what a reviewer thinks of their work. */
import { personOf, type Person } from '../use-people';
import type { Candidate } from './answers';

/** Null: whoever it was has left. */
export function authorOf({ annotation }: Candidate, people: ReadonlyMap<string, Person>): Person | null {
  const { user_id: id } = annotation;
  return id != null && people.has(id) ? personOf(people, id) : null;
}
