/** What this person does with the regions of a picture, told to the handlers that the layout names. What others do is for their own hooks to hear. */
import type { Json } from '@tandem/client';
import { useEffect } from 'react';

import { useLayout } from './context';
import type { ComponentNode } from './tree';
import { useEvents } from './use-events';

const SELECTION = '$.ui_context.selection';

export function useRegionEvents(node: ComponentNode): void {
  const { room, model } = useLayout();
  const emit = useEvents(node);
  const isHeard = node.events !== undefined;
  useEffect(() => {
    if (!isHeard) return;
    return room.regions.onChange(({ by, added, changed, removed }) => {
      if (by !== 'mine') return;
      const tell = (event: string, ids: readonly string[]): void =>
        ids.forEach((id) => emit(event, { id, label: room.regions.get(id)?.label ?? null }));
      tell('region-add', added);
      tell('region-change', changed);
      tell('region-remove', removed);
    });
  }, [room, emit, isHeard]);
  useEffect(() => {
    if (!isHeard) return;
    const selection = model.watch([SELECTION], () => selected(model.variables.ui_context));
    return selection.subscribe(() => emit('selection-change', { ids: selection.get() }));
  }, [model, emit, isHeard]);
}

const selected = (context: Json | undefined): Json =>
  (typeof context === 'object' && context !== null && !Array.isArray(context) ? context.selection : null) ?? [];
