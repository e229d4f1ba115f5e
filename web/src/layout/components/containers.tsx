/** What arranges other components. */
import { use, useEffect, useId, useState, type KeyboardEvent, type ReactNode } from 'react';
import { ChevronDown } from 'lucide-react';

import { cx } from '~/lib/cx';
import { AnnotatorContext, ImageContext, type ComponentProps } from '../context';
import { isSomething } from '../json';
import { Nodes } from '../render';
import { textOf, useResolved } from '../resolve';
import { backgroundOf, flowStyle } from '../style';
import type { ComponentNode } from '../tree';
import { useEvents } from '../use-events';
import { useRegionEvents } from '../use-region-events';

export function Flow({ node, frame }: ComponentProps): ReactNode {
  const { properties } = useResolved(node, frame);
  const isRow = properties.direction === 'row';
  return (
    <div className={cx('lay-flow', isRow && 'lay-row', backgroundOf(properties))} style={flowStyle(properties)}>
      <Nodes nodes={node.children ?? []} frame={frame} />
    </div>
  );
}

export function Grid({ node, frame }: ComponentProps): ReactNode {
  const { properties } = useResolved(node, frame);
  const { gap } = flowStyle(properties);
  const columns = typeof properties.columns === 'number' ? properties.columns : 2;
  return (
    <div className="lay-grid" style={{ gap, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
      <Nodes nodes={node.children ?? []} frame={frame} />
    </div>
  );
}

export function Panel({ node, frame }: ComponentProps): ReactNode {
  const { properties } = useResolved(node, frame);
  const id = useId();
  const [open, setOpen] = useState(!isSomething(properties.collapsed ?? false));
  const title = textOf(properties, 'title');
  const collapsible = isSomething(properties.collapsible ?? false);
  const isOpen = open || !collapsible;
  return (
    <section className={cx('lay-panel', backgroundOf(properties))} {...(title ? { 'aria-labelledby': `${id}-title` } : {})}>
      {title && (
        <h2 className="lay-panel-title" id={`${id}-title`}>
          {collapsible ? (
            <button type="button" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!open)}>
              <ChevronDown size={15} aria-hidden className={cx('lay-chevron', !isOpen && 'lay-chevron-closed')} />
              {title}
            </button>
          ) : (
            title
          )}
        </h2>
      )}
      <div className="lay-panel-body lay-flow" id={id} hidden={!isOpen} style={flowStyle(properties)}>
        {isOpen && <Nodes nodes={node.children ?? []} frame={frame} />}
      </div>
    </section>
  );
}

/** One of its tabs at a time; arrows move between them. */
export function Tabs({ node, frame }: ComponentProps): ReactNode {
  const id = useId();
  const emit = useEvents(node);
  const tabs = (node.children ?? []).filter(
    (child): child is ComponentNode => child.type === 'component' && child.component === 'Tab',
  );
  const [at, setAt] = useState(0);
  const open = tabs[Math.min(at, tabs.length - 1)];
  const go = (to: number): void => {
    setAt(to);
    emit('change', { tab: to });
    document.getElementById(`${id}-${to}`)?.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    go((at + by + tabs.length) % tabs.length);
  };
  return (
    <div className="lay-tabs">
      <div role="tablist" className="lay-tablist" onKeyDown={onKey}>
        {tabs.map((tab, index) => (
          <TabTitle
            key={index}
            node={tab}
            frame={frame}
            id={`${id}-${index}`}
            panel={`${id}-panel`}
            selected={tab === open}
            onPick={() => go(index)}
          />
        ))}
      </div>
      {open && (
        <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tabs.indexOf(open)}`}>
          <Flow key={tabs.indexOf(open)} node={open} frame={frame} />
        </div>
      )}
    </div>
  );
}

interface TabTitleProps extends ComponentProps {
  id: string;
  panel: string;
  selected: boolean;
  onPick: () => void;
}

function TabTitle({ node, frame, id, panel, selected, onPick }: TabTitleProps): ReactNode {
  const { properties } = useResolved(node, frame);
  return (
    <button
      type="button"
      role="tab"
      id={id}
      aria-selected={selected}
      {...(selected ? { 'aria-controls': panel } : {})}
      tabIndex={selected ? 0 : -1}
      onClick={onPick}
    >
      {textOf(properties, 'title')}
    </button>
  );
}

export const Divider = (): ReactNode => <hr className="lay-divider" />;

/** The place of the workbench's own canvas, which is told what this layout says about drawing. */
export function ImageAnnotator({ node, frame }: ComponentProps): ReactNode {
  const { properties } = useResolved(node, frame);
  const tell = use(AnnotatorContext);
  useRegionEvents(node);
  const names = isSomething(properties.show_labels ?? true);
  const crosshair = isSomething(properties.crosshair ?? false);
  useEffect(() => tell({ node, names, crosshair }), [tell, node, names, crosshair]);
  useEffect(() => () => tell(null), [tell]);
  return <div className="lay-image">{use(ImageContext)}</div>;
}
