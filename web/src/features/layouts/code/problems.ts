/** From what the server found wrong to places in the text, and what mends it. */
import type { components } from '@tandem/client';

export type Problem = components['schemas']['LayoutProblem'];

export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Fix extends Range {
  readonly insert: string;
}

export interface Placed {
  readonly problem: Problem;
  /** Null: it is in a layout that this one extends. */
  readonly range: Range | null;
  readonly fix: Fix | null;
}

/** Where each line begins. */
function starts(text: string): number[] {
  const found = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) found.push(at + 1);
  return found;
}

/** The server counts characters from 1, a text here UTF-16 units: letters beyond the basic plane are two. */
function offset(text: string, lines: readonly number[], line: number, column: number): number {
  const begin = lines[line - 1];
  if (begin === undefined) return text.length;
  const next = lines[line];
  const end = next === undefined ? text.length : next - 1;
  let at = begin;
  for (let n = 1; n < column && at < end; n += 1) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return Math.min(at, end);
}

/** The text may have changed since it was checked: what lies behind its end by now is at its end. */
export function placed(text: string, problems: readonly Problem[]): Placed[] {
  const lines = starts(text);
  return problems.map((problem) => {
    if (problem.layout !== null) return { problem, range: null, fix: null };
    const from = offset(text, lines, problem.line, problem.column);
    const range = { from, to: Math.max(from, offset(text, lines, problem.end_line, problem.end_column)) };
    return { problem, range, fix: fixOf(text, range, problem.suggestion) };
  });
}

/** What is misspelt is all of the range, or one word of it: of `['boxx', 'polygon']` the one nearest to what is suggested. */
function fixOf(text: string, { from, to }: Range, suggestion: string | null): Fix | null {
  if (suggestion === null || from === to) return null;
  const found = text.slice(from, to);
  if (!/[[\]'",]/.test(found)) return { from, to, insert: suggestion };
  const words = [...found.matchAll(/[\w.-]+/g)].filter(([word]) => word !== suggestion);
  const [best] = words.map((match) => ({ match, away: distance(match[0], suggestion) })).sort((a, b) => a.away - b.away);
  if (!best) return null;
  const at = from + best.match.index;
  return { from: at, to: at + best.match[0].length, insert: suggestion };
}

/** How many letters to put in, take out or change (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

export const applied = (text: string, { from, to, insert }: Fix): string => text.slice(0, from) + insert + text.slice(to);

const HINT = /; did you mean [^;]*\?$/;

/** The message without its last words, where a button says them. */
export const bare = ({ problem, fix }: Placed): string => (fix ? problem.message.replace(HINT, '') : problem.message);
