import type { ReactNode } from 'react';

import { placesOf, type Skeleton } from './skeletons';

const SIZE = 220;
const MARGIN = 12;

/** A skeleton as it hangs together: lines, and dashed what mirrors what. */
export function SkeletonPreview({ skeleton: shown, color }: { skeleton: Skeleton; color: string }): ReactNode {
  const { keypoints, skeleton, symmetry } = shown;
  const places = placesOf(keypoints);
  const at = (point: number): readonly [number, number] => {
    const [x, y] = places[point] ?? [0, 0];
    return [MARGIN + x * (SIZE - 2 * MARGIN), MARGIN + y * (SIZE - 2 * MARGIN)];
  };
  const line = ([from, to]: readonly [number, number], className: string): ReactNode => {
    const [[x1, y1], [x2, y2]] = [at(from), at(to)];
    return <line key={`${className}-${from}-${to}`} className={className} x1={x1} y1={y1} x2={x2} y2={y2} />;
  };
  return (
    <svg
      className="skeleton-preview"
      viewBox={`0 0 ${SIZE} ${SIZE}`}
      role="img"
      aria-label={`${keypoints.length} points, ${skeleton.length} lines, ${symmetry.length} pairs of mirror images`}
      style={{ color }}
    >
      {symmetry.map((pair) => line(pair, 'skeleton-mirror'))}
      {skeleton.map((pair) => line(pair, 'skeleton-line'))}
      {keypoints.map((name, point) => {
        const [cx, cy] = at(point);
        return (
          <circle key={name} cx={cx} cy={cy} r={4}>
            <title>{name}</title>
          </circle>
        );
      })}
    </svg>
  );
}
