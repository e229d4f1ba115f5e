import { ClipboardList, Columns2, FilePlus2, Image, Tags, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

import { STARTS, type Start } from './starts';

const ICONS: Record<Start['id'], LucideIcon> = {
  image: Image,
  entities: Tags,
  classes: ClipboardList,
  pair: Columns2,
  empty: FilePlus2,
};

/** Layouts to start from. Nothing is kept before it is saved. */
export function StartLayouts({ onPick }: { onPick: (start: Start) => void }): ReactNode {
  return (
    <ul className="shapes">
      {STARTS.map((start) => {
        const Icon = ICONS[start.id];
        return (
          <li key={start.id}>
            <button type="button" className={start.id === 'empty' ? 'shape shape-empty' : 'shape'} onClick={() => onPick(start)}>
              <Icon size={18} aria-hidden />
              <strong>{start.name}</strong>
              <span>{start.about}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
