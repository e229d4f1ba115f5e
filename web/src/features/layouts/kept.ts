/** Text that was typed and not saved: kept on this device until it is saved or thrown away, so that a reload loses nothing. */
export interface Kept {
  readonly name: string;
  readonly source: string;
  /** When it was typed, milliseconds since 1970. */
  readonly at: number;
}

export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const keyOf = (projectId: string, layoutId: string | null): string => `tandem-layout-text:${projectId}:${layoutId ?? 'new'}`;

export function keptText(from: Shelf | null, projectId: string, layoutId: string | null): Kept | null {
  const text = from?.getItem(keyOf(projectId, layoutId));
  if (text == null) return null;
  try {
    const { name, source, at } = JSON.parse(text) as Partial<Kept>;
    return typeof name === 'string' && typeof source === 'string' && typeof at === 'number' ? { name, source, at } : null;
  } catch {
    return null;
  }
}

export function keepText(to: Shelf | null, projectId: string, layoutId: string | null, kept: Kept): void {
  try {
    to?.setItem(keyOf(projectId, layoutId), JSON.stringify(kept));
  } catch {
    // A full store is no reason to stop typing: the warning before leaving is still there.
  }
}

export const dropText = (from: Shelf | null, projectId: string, layoutId: string | null): void =>
  from?.removeItem(keyOf(projectId, layoutId));
