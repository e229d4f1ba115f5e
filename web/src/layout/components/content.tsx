/** What shows something. */
import { useMemo, type ReactNode } from 'react';
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';

import { useKeys } from '~/hotkeys/use-hotkeys';
import { cx } from '~/lib/cx';
import { Button as PlainButton } from '~/ui/controls';
import { useLayout, type ComponentProps } from '../context';
import { isList, isObject, isSomething } from '../json';
import { Nodes } from '../render';
import { numberOf, textOf, useResolved } from '../resolve';
import { segmentsOf, type Span } from '../spans';
import { useEvents } from '../use-events';
import { Markdown } from './markdown';

/** A text from data, else what stands in it. */
const Content = ({ node, frame }: ComponentProps): ReactNode => {
  const { properties } = useResolved(node, frame);
  return properties.content === undefined ? <Nodes nodes={node.children ?? []} frame={frame} /> : textOf(properties, 'content');
};

export function Text({ node, frame }: ComponentProps): ReactNode {
  const { properties } = useResolved(node, frame);
  const variant = textOf(properties, 'variant') || 'body';
  return (
    <span className={cx('lay-text', `lay-text-${variant}`, `lay-size-${textOf(properties, 'size') || 'md'}`)}>
      <Content node={node} frame={frame} />
    </span>
  );
}

export function Header({ node, frame }: ComponentProps): ReactNode {
  const { properties } = useResolved(node, frame);
  const level = Math.min(6, Math.max(1, numberOf(properties, 'level') ?? 2));
  // The page has its own h1: the task's name.
  const Level = `h${Math.min(6, level + 1)}` as 'h2';
  return (
    <Level className={`lay-heading lay-heading-${level}`}>
      <Content node={node} frame={frame} />
    </Level>
  );
}

export function Badge({ node, frame }: ComponentProps): ReactNode {
  const { properties } = useResolved(node, frame);
  const said = textOf(properties, 'variant');
  const tone = ['info', 'success', 'warning', 'error'].includes(said) ? said : 'neutral';
  return (
    <span className={`lay-badge lay-tone-${tone}`}>
      <Nodes nodes={node.children ?? []} frame={frame} />
    </span>
  );
}

const ICONS = { info: Info, success: CircleCheck, warning: TriangleAlert, error: CircleAlert };

export function Alert({ node, frame }: ComponentProps): ReactNode {
  const { properties } = useResolved(node, frame);
  const said = textOf(properties, 'variant');
  const tone = said in ICONS ? (said as keyof typeof ICONS) : 'info';
  const Icon = ICONS[tone];
  const title = textOf(properties, 'title');
  return (
    <div className={`lay-alert lay-tone-${tone}`} role={tone === 'error' ? 'alert' : 'status'}>
      <Icon size={16} aria-hidden />
      <div className="lay-alert-body">
        {title && <strong>{title}</strong>}
        <Nodes nodes={node.children ?? []} frame={frame} />
      </div>
    </div>
  );
}

const LOOKS: Readonly<Record<string, 'solid' | 'soft' | 'plain' | 'danger'>> = {
  primary: 'solid',
  danger: 'danger',
  quiet: 'plain',
};

export function Button({ node, frame }: ComponentProps): ReactNode {
  const { handlers, readOnly } = useLayout();
  const { properties } = useResolved(node, frame);
  const emit = useEvents(node);
  const handler = node.events?.click;
  const isProvided = handler !== undefined && handlers[handler] !== undefined;
  const disabled = readOnly || !isProvided || isSomething(properties.disabled ?? false);
  const hotkey = textOf(properties, 'hotkey');
  const keys = useMemo(() => new Map(hotkey ? [[hotkey, () => emit('click', null)]] : []), [hotkey, emit]);
  useKeys(disabled ? null : keys);
  return (
    <PlainButton
      look={LOOKS[textOf(properties, 'variant')] ?? 'soft'}
      disabled={disabled}
      {...(hotkey ? { keys: hotkey } : {})}
      {...(isProvided ? {} : { title: `Nothing here does “${handler ?? 'anything'}”` })}
      onClick={() => emit('click', null)}
    >
      <Nodes nodes={node.children ?? []} frame={frame} />
    </PlainButton>
  );
}

export function ImageViewer({ node, frame }: ComponentProps): ReactNode {
  const { properties } = useResolved(node, frame);
  return <img className="lay-picture" src={textOf(properties, 'source')} alt={textOf(properties, 'alt')} />;
}

/** Ranges from data: `start`, `end`, and what they are. */
function marksOf(value: unknown): Span[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter(isObject)
    .flatMap(({ start, end, label }, at) =>
      typeof start === 'number' && typeof end === 'number'
        ? [{ id: String(at), start, end, label: typeof label === 'string' ? label : '' }]
        : [],
    );
}

export function TextDisplay({ node, frame }: ComponentProps): ReactNode {
  const { properties } = useResolved(node, frame);
  const source = textOf(properties, 'source');
  const ranges = properties.highlight_ranges ?? properties.highlight ?? null;
  const segments = useMemo(() => segmentsOf(source, isList(ranges) ? marksOf(ranges) : []), [source, ranges]);
  const numbered = isSomething(properties.line_numbers ?? false);
  // Ranges and numbers of lines count letters and lines as they are written.
  const isMarkdown = properties.format === 'markdown' && !numbered && !segments.some(({ spans }) => spans.length > 0);
  const text = segments.map(({ text, spans }, at) => {
    const [span] = spans;
    return span ? (
      <mark key={at} className="lay-mark" {...(span.label ? { title: span.label } : {})}>
        {text}
      </mark>
    ) : (
      text
    );
  });
  return (
    <div className={cx('lay-display', `lay-font-${textOf(properties, 'font') || 'interface'}`, numbered && 'lay-numbered')}>
      {numbered && (
        <span className="lay-lines" aria-hidden>
          {source.split('\n').map((_, at) => `${at + 1}\n`)}
        </span>
      )}
      <div className="lay-display-text">{isMarkdown ? <Markdown text={source} /> : text}</div>
    </div>
  );
}
