/** A text written in Markdown, as elements. Its headings stand below those of the page and of the layout. */
import { useMemo, type ReactNode } from 'react';

import { parseMarkdown, type Block, type Inline } from '../markdown';

export function Markdown({ text }: { text: string }): ReactNode {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return <div className="lay-markdown">{blocks.map(block)}</div>;
}

const inlines = (parts: readonly Inline[]): ReactNode => parts.map(inline);

function inline(part: Inline, key: number): ReactNode {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'code':
      return <code key={key}>{part.text}</code>;
    case 'strong':
      return <strong key={key}>{inlines(part.children)}</strong>;
    case 'emphasis':
      return <em key={key}>{inlines(part.children)}</em>;
    case 'deleted':
      return <del key={key}>{inlines(part.children)}</del>;
    case 'link':
      return (
        <a key={key} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
          {inlines(part.children)}
        </a>
      );
    case 'break':
      return <br key={key} />;
  }
}

function block(part: Block, key: number): ReactNode {
  switch (part.kind) {
    case 'heading': {
      const Level = `h${Math.min(6, part.level + 2)}` as 'h3';
      return <Level key={key}>{inlines(part.children)}</Level>;
    }
    case 'paragraph':
      return <p key={key}>{inlines(part.children)}</p>;
    case 'code':
      return (
        <pre key={key} tabIndex={0} role="region" aria-label="Code">
          <code>{part.text}</code>
        </pre>
      );
    case 'quote':
      return <blockquote key={key}>{part.blocks.map(block)}</blockquote>;
    case 'rule':
      return <hr key={key} />;
    case 'list': {
      const items = part.items.map((item, at) => <li key={at}>{tight(item)}</li>);
      return part.start === null ? (
        <ul key={key}>{items}</ul>
      ) : (
        <ol key={key} start={part.start}>
          {items}
        </ol>
      );
    }
  }
}

/** An item of one line is no paragraph. */
const tight = (blocks: readonly Block[]): ReactNode =>
  blocks.map((part, at) => (part.kind === 'paragraph' && at === 0 ? inlines(part.children) : block(part, at)));
