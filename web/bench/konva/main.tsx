// What the workbench is measured against: the same shapes as plain react-konva nodes, used as its documentation shows.
import type Konva from 'konva';
import { useEffect, useRef, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { Layer, Line, Stage } from 'react-konva';

interface Shape {
  readonly id: string;
  readonly points: readonly number[];
  readonly color: string;
}

declare global {
  interface Window {
    __shapes: readonly Shape[];
    __size: { readonly width: number; readonly height: number };
    __ready?: boolean;
    __stage?: Konva.Stage;
  }
}

function Picture(): ReactNode {
  const stage = useRef<Konva.Stage>(null);
  const { width, height } = window.__size;
  const scale = Math.min(innerWidth / width, innerHeight / height);
  useEffect(() => {
    if (stage.current) window.__stage = stage.current;
    requestAnimationFrame(() => requestAnimationFrame(() => (window.__ready = true)));
  }, []);
  return (
    <Stage
      ref={stage}
      width={innerWidth}
      height={innerHeight}
      scaleX={scale}
      scaleY={scale}
      draggable
      onWheel={({ evt }) => {
        evt.preventDefault();
        const held = stage.current;
        const at = held?.getPointerPosition();
        if (!held || !at) return;
        const before = held.scaleX();
        const after = before * Math.exp(-evt.deltaY * 0.0016);
        held.position({
          x: at.x - ((at.x - held.x()) / before) * after,
          y: at.y - ((at.y - held.y()) / before) * after,
        });
        held.scale({ x: after, y: after });
      }}
    >
      <Layer>
        {window.__shapes.map(({ id, points, color }) => (
          <Line
            key={id}
            points={[...points]}
            closed
            fill={`${color}1a`}
            stroke={color}
            strokeWidth={1.9}
            strokeScaleEnabled={false}
            draggable
          />
        ))}
      </Layer>
    </Stage>
  );
}

const root = document.getElementById('root');
if (root) createRoot(root).render(<Picture />);
