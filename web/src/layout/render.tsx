/** Nodes of a layout as React renders them. */
import { memo, useMemo, type ReactNode } from 'react';

import { useLayout, type ComponentProps, type Frame } from './context';
import { chosen, turn } from './fields';
import { isList, isSomething, same } from './json';
import { COMPONENTS } from './registry';
import { useReactive, useResolved } from './resolve';
import { boxStyle } from './style';
import type { ComponentNode, ForEachNode, Node, ShowNode, SwitchNode } from './tree';
import type { Json } from '@tandem/client';

export const Nodes = ({ nodes, frame }: { nodes: readonly Node[]; frame: Frame }): ReactNode =>
  nodes.map((node, at) => <NodeView key={at} node={node} frame={frame} />);

const NodeView = memo(function NodeView({ node, frame }: { node: Node; frame: Frame }): ReactNode {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'component':
      return <ComponentView node={node} frame={frame} />;
    case 'show':
      return <Show node={node} frame={frame} />;
    case 'switch':
      return <Switch node={node} frame={frame} />;
    case 'for_each':
      return <ForEach node={node} frame={frame} />;
  }
});

function Show({ node, frame }: { node: ShowNode; frame: Frame }): ReactNode {
  const isThere = isSomething(useReactive(node.when, frame));
  return <Nodes nodes={isThere ? node.children : (node.fallback ?? [])} frame={frame} />;
}

function Switch({ node, frame }: { node: SwitchNode; frame: Frame }): ReactNode {
  return <Nodes nodes={chosen(node, useReactive(node.on, frame))} frame={frame} />;
}

function ForEach({ node, frame }: { node: ForEachNode; frame: Frame }): ReactNode {
  const items = useReactive(node.items, frame);
  if (!isList(items)) return null;
  return items.map((item, index) => <Turn key={index} node={node} frame={frame} item={item} index={index} />);
}

interface TurnProps {
  node: ForEachNode;
  frame: Frame;
  item: Json;
  index: number;
}

/** Rendered anew only if its own item is another one. */
const Turn = memo(
  function Turn({ node, frame, item, index }: TurnProps): ReactNode {
    const below = useMemo<Frame>(
      () => ({
        locals: turn(frame.locals, node, item, index),
        keys: node.key === undefined ? frame.keys : [...frame.keys, node.key],
      }),
      [frame, node, item, index],
    );
    return <Nodes nodes={node.children} frame={below} />;
  },
  (before, after) =>
    before.node === after.node && before.frame === after.frame && before.index === after.index && same(before.item, after.item),
);

function ComponentView({ node, frame }: ComponentProps): ReactNode {
  const { components } = useLayout();
  const { properties } = useResolved(node, frame);
  if (!isSomething(properties.visible ?? true)) return null;
  const Known = COMPONENTS[node.component] ?? components?.[node.component];
  return (
    <div className="lay-item" style={boxStyle(properties)} data-instance={node.instance_id}>
      {Known ? <Known node={node} frame={frame} /> : <Unknown node={node} />}
    </div>
  );
}

/** Said plainly, so that nobody takes a gap for an empty place. */
function Unknown({ node }: { node: ComponentNode }): ReactNode {
  const { model } = useLayout();
  return (
    <div className="lay-unknown" role="note">
      <strong>{node.component}</strong>
      <span>This workbench cannot show this component of the layout “{model.layout.name ?? model.layout.id}” yet.</span>
    </div>
  );
}
