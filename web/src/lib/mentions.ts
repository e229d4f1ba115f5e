/** Mentions in plain text: `@` and a name. Whom a comment is meant for is kept beside it, as ids. */

export interface Mentionable {
  readonly id: string;
  readonly name: string;
}

/** A name as it is being typed after an `@`. */
export interface MentionQuery {
  /** Where the `@` is. */
  readonly from: number;
  readonly text: string;
}

/** Letters that have no accent to take off, and yet are typed as others by those who do not have them. */
const PLAIN: Readonly<Record<string, string>> = { ł: 'l', ø: 'o', đ: 'd', ð: 'd', þ: 'th', æ: 'ae', œ: 'oe', ß: 'ss', ı: 'i' };

/** As it is compared: small letters without accents. */
const folded = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[łøđðþæœßı]/gu, (letter) => PLAIN[letter] ?? letter);

/** Longer than any name that is still being typed. */
const LONGEST = 40;

/** What is being typed at the caret, if it may be a name: after an `@` that no letter stands before (`a@b.org` is none). */
export function queryAt(text: string, caret: number): MentionQuery | null {
  const from = text.lastIndexOf('@', caret - 1);
  if (from < 0 || caret - from > LONGEST) return null;
  if (from > 0 && /[\p{L}\p{N}_@]/u.test(text.charAt(from - 1))) return null;
  const typed = text.slice(from + 1, caret);
  return /^\s|\n|\s{2}/.test(typed) ? null : { from, text: typed };
}

const SHOWN = 6;

/** Those whose name has every word that was typed at the beginning of one of its own; first those whose name begins so. */
export function matching<T extends Mentionable>(people: readonly T[], typed: string): readonly T[] {
  const wanted = folded(typed).trim();
  const words = wanted.split(/\s+/).filter(Boolean);
  return people
    .flatMap((person) => {
      const name = folded(person.name);
      const parts = name.split(/[\s\-.]+/);
      const fits = words.every((word) => parts.some((part) => part.startsWith(word)));
      return fits ? [{ person, name, rank: name.startsWith(wanted) ? 0 : 1 }] : [];
    })
    .sort((a, b) => a.rank - b.rank || a.name.localeCompare(b.name))
    .slice(0, SHOWN)
    .map(({ person }) => person);
}

/** The name in place of what was typed of it, and where the caret is then. */
export function completed(text: string, query: MentionQuery, caret: number, name: string): { text: string; caret: number } {
  const rest = text.slice(caret);
  const said = `@${name}${/^\s/.test(rest) ? '' : ' '}`;
  return { text: text.slice(0, query.from) + said + rest, caret: query.from + said.length + (/^\s/.test(rest) ? 1 : 0) };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const key = (name: string): string => name.normalize('NFC').toLowerCase();

/** Finds `@name` of any of these, the longest first: `@Ann Lee` is not `@Ann`. */
function pattern(people: readonly Mentionable[]): RegExp | null {
  const names = [...new Set(people.map(({ name }) => name.normalize('NFC')))].filter(Boolean).sort((a, b) => b.length - a.length);
  if (names.length === 0) return null;
  return new RegExp(`(?<![\\p{L}\\p{N}_@])@(${names.map(escaped).join('|')})(?![\\p{L}\\p{N}_])`, 'giu');
}

/**
 * Ids of those whose names are in a text.
 * @param chosen who was picked from the list for a name (`key` of it), where several people have it
 */
export function mentioned(text: string, people: readonly Mentionable[], chosen: ReadonlyMap<string, string>): readonly string[] {
  const finder = pattern(people);
  if (!finder) return [];
  const byName = new Map<string, string>();
  for (const { id, name } of people) if (!byName.has(key(name))) byName.set(key(name), id);
  for (const [name, id] of chosen) byName.set(key(name), id);
  const ids = [...text.normalize('NFC').matchAll(finder)].map(([, name = '']) => byName.get(key(name)));
  return [...new Set(ids.filter((id) => id !== undefined))];
}

export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'mention'; readonly text: string; readonly id: string }
  /** Of the web only, so that nothing written here can run. */
  | { readonly kind: 'link'; readonly text: string };

const LINK = /https?:\/\/[^\s<>"'`]+/giu;

/** A bracket, a full stop or a comma after an address ends the sentence, not the address. */
function linkEnd(link: string): number {
  let end = link.length;
  for (;;) {
    const last = link.charAt(end - 1);
    const closes = last === ')' && link.slice(0, end).split('(').length < link.slice(0, end).split(')').length;
    if (!closes && !/[.,;:!?\]}]/.test(last)) return end;
    end -= 1;
  }
}

/** A text as it is shown. @param people whom it mentions */
export function segments(source: string, people: readonly Mentionable[]): readonly Segment[] {
  const text = source.normalize('NFC');
  const found: { from: number; to: number; segment: Segment }[] = [];
  for (const { index, 0: match } of text.matchAll(LINK)) {
    const link = match.slice(0, linkEnd(match));
    if (URL.canParse(link)) found.push({ from: index, to: index + link.length, segment: { kind: 'link', text: link } });
  }
  const finder = pattern(people);
  for (const { index, 0: match, 1: name = '' } of finder ? text.matchAll(finder) : []) {
    const person = people.find((one) => key(one.name) === key(name));
    if (person) found.push({ from: index, to: index + match.length, segment: { kind: 'mention', text: match, id: person.id } });
  }
  const shown: Segment[] = [];
  let at = 0;
  for (const { from, to, segment } of found.sort((a, b) => a.from - b.from)) {
    if (from < at) continue;
    if (from > at) shown.push({ kind: 'text', text: text.slice(at, from) });
    shown.push(segment);
    at = to;
  }
  if (at < text.length) shown.push({ kind: 'text', text: text.slice(at) });
  return shown;
}
