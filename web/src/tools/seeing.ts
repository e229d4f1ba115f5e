import { AS_IT_IS, CHANNELS, type Adjustments } from '~/lib/adjust';
import { createStore, type Store } from '~/lib/store';

/** How one person likes to see pictures and shapes: theirs on this device, never part of the work. */
export interface Look extends Adjustments {
  /** How full closed shapes are, 0 (outlines only) to 1. */
  readonly fill: number;
  /** Lines through the pointer, for boxes that are to fit. */
  readonly crosshair: boolean;
  readonly minimap: boolean;
  /** Which shapes show their labels on the picture. */
  readonly names: NamesShown;
}

/** All that can be read, those that are pointed at or selected, none. */
export const NAMES_SHOWN = ['all', 'pointed', 'none'] as const;
export type NamesShown = (typeof NAMES_SHOWN)[number];

export const FIRST_LOOK: Look = { ...AS_IT_IS, fill: 0.25, crosshair: false, minimap: true, names: 'all' };

const KEY = 'tandem.look';

/** Where it is kept; a browser may have no room, or have been told to keep nothing. */
type Shelf = Pick<Storage, 'getItem' | 'setItem'>;

export function createLook(shelf: Shelf | null): Store<Look> {
  const store = createStore(read(shelf));
  store.subscribe(() => {
    try {
      shelf?.setItem(KEY, JSON.stringify(store.get()));
    } catch {
      // It is only for next time.
    }
  });
  return store;
}

function read(shelf: Shelf | null): Look {
  try {
    const kept: unknown = JSON.parse(shelf?.getItem(KEY) ?? 'null');
    return typeof kept === 'object' && kept !== null ? sound(kept) : FIRST_LOOK;
  } catch {
    return FIRST_LOOK;
  }
}

/** Ranges of the sliders; also what may be kept. */
export const RANGES = { brightness: [0.2, 3], contrast: [0.2, 3], gamma: [0.2, 4], fill: [0, 1] } as const;

function sound(kept: Partial<Record<keyof Look, unknown>>): Look {
  const within = (name: keyof typeof RANGES): number => {
    const [low, high] = RANGES[name];
    const value = kept[name];
    return typeof value === 'number' && value >= low && value <= high ? value : FIRST_LOOK[name];
  };
  const flag = (name: 'equalise' | 'crosshair' | 'minimap'): boolean => {
    const value = kept[name];
    return typeof value === 'boolean' ? value : FIRST_LOOK[name];
  };
  return {
    brightness: within('brightness'),
    contrast: within('contrast'),
    gamma: within('gamma'),
    fill: within('fill'),
    equalise: flag('equalise'),
    crosshair: flag('crosshair'),
    minimap: flag('minimap'),
    channel: CHANNELS.find((channel) => channel === kept.channel) ?? FIRST_LOOK.channel,
    names: NAMES_SHOWN.find((names) => names === kept.names) ?? FIRST_LOOK.names,
  };
}
