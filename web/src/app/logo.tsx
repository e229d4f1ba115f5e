import type { ReactNode } from 'react';

/** Two boxes: one solid, one still being drawn. */
export const Logo = ({ size = 22 }: { size?: number }): ReactNode => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
    <rect x="3" y="5" width="16" height="16" rx="4.5" fill="var(--accent)" />
    <rect
      x="12"
      y="11"
      width="16.5"
      height="16.5"
      rx="4.5"
      fill="none"
      stroke="#f0884a"
      strokeWidth="3"
      strokeDasharray="5.2 3.1"
    />
  </svg>
);
