/**
 * The part of Markdown that data of tasks is written in, read into a tree: headings, paragraphs, lists, quotes, code, emphasis and links. Nothing of it is
 * ever HTML: what is rendered are elements of ours with texts in them, so data cannot bring anything of its own onto the page.
 */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis' | 'deleted'; readonly children: readonly Inline[] }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly Inline[] }
  | { readonly kind: 'break' };

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly children: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | { readonly kind: 'list'; readonly start: number | null; readonly items: readonly (readonly Block[])[] }
  | { readonly kind: 'rule' };

/** So far is looked for where an emphasis ends: data may hold any number of stars. */
const REACH = 1_000;
/** Quotes in quotes and lists in lists: deeper than this they are plain text. */
const DEEPEST = 8;
const ITEM = /^( {0,3})([-*+]|(\d{1,9})[.)])( +|$)/;
const FENCE = /^ {0,3}(`{3,}|~{3,})[^`]*$/;
const RULE = /^ {0,3}([-*_])( *\1){2,} *$/;
const HEADING = /^ {0,3}(#{1,6}) +(.*?)(?: +#+)? *$/;
const QUOTE = /^ {0,3}> ?/;
/** Anything else may run something, or say of itself that it is what it is not. */
const SAFE = /^(?:https?:\/\/|mailto:)/i;

const isBlank = (line: string | undefined): boolean => line === undefined || line.trim() === '';
const begins = (line: string): boolean =>
  HEADING.test(line) || FENCE.test(line) || RULE.test(line) || QUOTE.test(line) || ITEM.test(line);

export function parseMarkdown(text: string, depth = 0): Block[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const blocks: Block[] = [];
  let at = 0;
  const taken = (while_: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && while_(lines[at] ?? '')) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const heading = HEADING.exec(line);
    const fence = FENCE.exec(line)?.[1];
    if (isBlank(line)) at += 1;
    else if (heading) {
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, children: parseInline(heading[2] ?? '') });
      at += 1;
    } else if (fence !== undefined) {
      at += 1;
      const code = taken((one) => !(one.trim().startsWith(fence) && one.trim().replaceAll(fence.charAt(0), '') === ''));
      at += 1;
      blocks.push({ kind: 'code', text: code.join('\n') });
    } else if (RULE.test(line)) {
      blocks.push({ kind: 'rule' });
      at += 1;
    } else if (depth < DEEPEST && QUOTE.test(line)) {
      const quoted = taken((one) => QUOTE.test(one)).map((one) => one.replace(QUOTE, ''));
      blocks.push({ kind: 'quote', blocks: parseMarkdown(quoted.join('\n'), depth + 1) });
    } else if (depth < DEEPEST && ITEM.test(line)) blocks.push(list(taken, line, depth));
    else {
      const first = at;
      const said = taken((one) => !isBlank(one) && (at === first || !begins(one)));
      blocks.push({ kind: 'paragraph', children: parseInline(said.map((one) => one.replace(/^ +/, '')).join('\n')) });
    }
  }
  return blocks;
}

type Taken = (while_: (line: string) => boolean) => string[];

/** Items that begin alike, each with what is indented below it. */
function list(taken: Taken, first: string, depth: number): Block {
  const number = ITEM.exec(first)?.[3];
  const items: string[][] = [];
  let width = 0;
  let wasBlank = false;
  taken((line) => {
    const item = ITEM.exec(line);
    const isIndented = line.length - line.trimStart().length >= width;
    if (item && !(width > 0 && isIndented)) {
      if ((item[3] === undefined) !== (number === undefined) || RULE.test(line)) return false;
      width = item[0].length;
      items.push([line.slice(width)]);
    } else if (isBlank(line)) items.at(-1)?.push('');
    else if (isIndented) items.at(-1)?.push(line.slice(width));
    // What goes on right below belongs to it, indented or not.
    else if (!wasBlank && !begins(line)) items.at(-1)?.push(line);
    else return false;
    wasBlank = isBlank(line);
    return true;
  });
  return {
    kind: 'list',
    start: number === undefined ? null : Number(number),
    items: items.map((item) => parseMarkdown(item.join('\n'), depth + 1)),
  };
}

const ESCAPED = /^\\([!-/:-@[-`{-~])/;
const CODE = /^(`+)([\s\S]*?[^`])\1(?!`)/;
const LINK = /^\[((?:[^[\]\\]|\\.)*)\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)(?: +"[^"]*")?\)/;
const BARE = /^<((?:https?:\/\/|mailto:)[^\s<>]+)>/i;
const MARKED: readonly (readonly ['strong' | 'emphasis' | 'deleted', RegExp])[] = [
  ['strong', /^\*\*(?=\S)([\s\S]*?\S)\*\*/],
  ['strong', /^__(?=\S)([\s\S]*?\S)__(?!\w)/],
  ['deleted', /^~~(?=\S)([\s\S]*?\S)~~/],
  ['emphasis', /^\*(?=[^\s*])([\s\S]*?[^\s*])\*(?!\*)/],
  ['emphasis', /^_(?=[^\s_])([\s\S]*?[^\s_])_(?!\w)/],
];

export function parseInline(text: string, depth = 0): Inline[] {
  const parts: Inline[] = [];
  let plain = '';
  const push = (part: Inline): void => {
    if (plain !== '') parts.push({ kind: 'text', text: plain });
    plain = '';
    parts.push(part);
  };
  for (let at = 0; at < text.length;) {
    const found = depth < DEEPEST ? special(text.slice(at, at + REACH), at > 0 ? text.charAt(at - 1) : '', depth) : null;
    if (!found) {
      plain += text.charAt(at);
      at += 1;
    } else {
      if (found.part.kind === 'text') plain += found.part.text;
      else push(found.part);
      at += found.length;
    }
  }
  if (plain !== '') parts.push({ kind: 'text', text: plain });
  return parts;
}

interface Found {
  readonly part: Inline;
  readonly length: number;
}

/** What begins here, if anything but a letter does. */
function special(rest: string, before: string, depth: number): Found | null {
  const first = rest.charAt(0);
  if (!'\\`[<*_~\n '.includes(first)) return null;
  const lineEnd = /^(?: {2,}|\\)\n/.exec(rest);
  if (lineEnd) return { part: { kind: 'break' }, length: lineEnd[0].length };
  const escaped = ESCAPED.exec(rest);
  if (escaped) return { part: { kind: 'text', text: escaped[1] ?? '' }, length: escaped[0].length };
  const code = CODE.exec(rest);
  if (code) return { part: { kind: 'code', text: (code[2] ?? '').trim() }, length: code[0].length };
  const link = LINK.exec(rest) ?? BARE.exec(rest);
  if (link) {
    const href = (link.length > 2 ? link[2] : link[1]) ?? '';
    const children = link.length > 2 ? parseInline(link[1] ?? '', depth + 1) : [{ kind: 'text', text: href } as const];
    // A link to somewhere it may not go is what it says, and no link.
    if (SAFE.test(href)) return { part: { kind: 'link', href, children }, length: link[0].length };
  }
  // snake_case is no emphasis.
  if (first === '_' && /\w/.test(before)) return null;
  for (const [kind, pattern] of MARKED) {
    const marked = pattern.exec(rest);
    if (marked) return { part: { kind, children: parseInline(marked[1] ?? '', depth + 1) }, length: marked[0].length };
  }
  return null;
}
