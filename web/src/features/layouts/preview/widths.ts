/** Screens that a layout is looked at on. */
import type { Breakpoint } from '~/layout/tree';

export interface Width {
  readonly id: 'laptop' | 'tablet' | 'phone';
  readonly name: string;
  readonly px: number;
  readonly breakpoint: Breakpoint | null;
}

export const LAPTOP: Width = { id: 'laptop', name: 'Laptop', px: 1366, breakpoint: 'xl' };

export const WIDTHS: readonly Width[] = [
  LAPTOP,
  { id: 'tablet', name: 'Tablet', px: 820, breakpoint: 'md' },
  { id: 'phone', name: 'Phone', px: 390, breakpoint: null },
];
