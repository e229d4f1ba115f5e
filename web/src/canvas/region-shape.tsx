import type { RegionSnapshot } from '@tandem/client';
import type Konva from 'konva';
import { memo, type ReactNode } from 'react';
import { Shape } from 'react-konva';

import { paint } from './paint';

interface RegionShapeProps {
  region: RegionSnapshot;
  color: string;
  edges: readonly (readonly number[])[];
  selected: boolean;
  hovered: boolean;
  /** In somebody's hand: mine is drawn as a draft instead, others' as a ghost over a faded original. */
  held: 'no' | 'mine' | 'others';
}

/** One kept shape. Rendered again only when one of these changes; zooming and panning never do. */
export const RegionShape = memo(function RegionShape({
  region,
  color,
  edges,
  selected,
  hovered,
  held,
}: RegionShapeProps): ReactNode {
  const style = { color, fill: selected ? 0.2 : hovered ? 0.18 : 0.1, width: selected ? 2.5 : 1.9 };
  const draw = (context: Konva.Context, shape: Konva.Shape): void =>
    paint(context._context, region.geometry, style, shape.getAbsoluteScale().x, edges);
  return (
    <Shape
      sceneFunc={draw}
      listening={false}
      perfectDrawEnabled={false}
      visible={held !== 'mine'}
      opacity={held === 'others' ? 0.35 : 1}
    />
  );
});
