/**
 * What stands at a place of a layout's markup: a component's name, a property, a value, and in which elements. The text is being written, so it is
 * read as far as it goes and never refused.
 */
export interface Attribute {
  readonly name: string;
  readonly value: string;
}

export interface Open {
  readonly name: string;
  readonly attributes: readonly Attribute[];
}

interface At {
  /** Where the word begins that ends at the cursor. */
  readonly from: number;
  /** That word, as far as the cursor. */
  readonly word: string;
  /** The elements around it, from the outside in. */
  readonly around: readonly Open[];
}

export type Cursor =
  | (At & { readonly kind: 'element' | 'end' | 'text' })
  | (At & { readonly kind: 'attribute'; readonly element: Open })
  | (At & { readonly kind: 'value'; readonly element: Open; readonly attribute: string });

interface Tag {
  readonly name: string;
  readonly attributes: Attribute[];
}

/** An element that is open, or a property whose value is elements: `fallback={...}`. */
type Frame = { readonly kind: 'element'; readonly tag: Tag } | { readonly kind: 'braces'; readonly tag: Tag };

const NAME = /[\w.:-]*/y;
const SPACE = /\s*/y;
const ATTRIBUTE = /[^\s=/>"'<{}]*/y;

/** @returns null where nothing can be said: in a comment, behind `=` */
export function cursorAt(text: string, at: number): Cursor | null {
  return new Reader(text.slice(0, at)).read();
}

class Reader {
  readonly #text: string;
  readonly #frames: Frame[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Cursor | null {
    for (;;) {
      const found = this.#content();
      if (found !== undefined) return found;
    }
  }

  /** @returns undefined to go on */
  #content(): Cursor | null | undefined {
    const top = this.#frames.at(-1);
    const next = this.#find(top?.kind === 'braces' ? /[<}]/g : /</g);
    if (next === -1) return { kind: 'text', from: this.#text.length, word: '', around: this.#around() };
    this.#at = next;
    if (top?.kind === 'braces' && this.#text[next] === '}') {
      this.#frames.pop();
      this.#at += 1;
      return this.#tag(top.tag);
    }
    if (this.#text.startsWith('<!--', next)) return this.#skipPast('-->');
    if (this.#text.startsWith('</', next)) return this.#end();
    this.#at += 1;
    const { from, word } = this.#word(NAME);
    if (this.#isDone()) return { kind: 'element', from, word, around: this.#around() };
    return this.#tag({ name: word, attributes: [] });
  }

  #end(): Cursor | null | undefined {
    this.#at += 2;
    const { from, word } = this.#word(NAME);
    if (this.#isDone()) return { kind: 'end', from, word, around: this.#around() };
    const last = this.#frames.findLastIndex((frame) => frame.kind === 'element' && frame.tag.name === word);
    if (last !== -1) this.#frames.length = last;
    return this.#skipPast('>');
  }

  #tag(tag: Tag): Cursor | null | undefined {
    for (;;) {
      this.#word(SPACE);
      const rest = this.#text[this.#at];
      if (rest === undefined) return { kind: 'attribute', from: this.#at, word: '', element: tag, around: this.#around() };
      // The tag before was not finished.
      if (rest === '<') return undefined;
      if (rest === '>') {
        this.#at += 1;
        this.#frames.push({ kind: 'element', tag });
        return undefined;
      }
      if (this.#text.startsWith('/>', this.#at)) {
        this.#at += 2;
        return undefined;
      }
      const { from, word } = this.#word(ATTRIBUTE);
      if (word === '') {
        this.#at += 1;
        continue;
      }
      if (this.#isDone()) return { kind: 'attribute', from, word, element: tag, around: this.#around() };
      const found = this.#value(tag, word);
      if (found !== undefined) return found === 'braces' ? undefined : found;
    }
  }

  #value(tag: Tag, name: string): Cursor | null | 'braces' | undefined {
    this.#word(SPACE);
    if (this.#text[this.#at] !== '=') {
      tag.attributes.push({ name, value: '' });
      return undefined;
    }
    this.#at += 1;
    this.#word(SPACE);
    const quote = this.#text[this.#at];
    if (quote === undefined) return null;
    if (quote === '{') {
      this.#at += 1;
      tag.attributes.push({ name, value: '' });
      this.#frames.push({ kind: 'braces', tag });
      return 'braces';
    }
    if (quote !== '"' && quote !== "'") return undefined;
    const from = this.#at + 1;
    const end = this.#text.indexOf(quote, from);
    if (end === -1)
      return { kind: 'value', from, word: this.#text.slice(from), element: tag, attribute: name, around: this.#around() };
    tag.attributes.push({ name, value: this.#text.slice(from, end) });
    this.#at = end + 1;
    return undefined;
  }

  #around(): Open[] {
    return this.#frames.map(({ tag, kind }) => (kind === 'braces' ? { name: '', attributes: tag.attributes } : tag));
  }

  #word(pattern: RegExp): { from: number; word: string } {
    const from = this.#at;
    pattern.lastIndex = from;
    const word = pattern.exec(this.#text)?.[0] ?? '';
    this.#at = from + word.length;
    return { from, word };
  }

  #find(pattern: RegExp): number {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.index ?? -1;
  }

  /** @returns null when it is not there: all that follows belongs to it */
  #skipPast(what: string): null | undefined {
    const end = this.#text.indexOf(what, this.#at);
    if (end === -1) return null;
    this.#at = end + what.length;
    return undefined;
  }

  #isDone(): boolean {
    return this.#at >= this.#text.length;
  }
}
