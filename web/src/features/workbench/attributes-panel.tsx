/** What is said about the selected regions, beside the canvas. Esc and Enter in a field go back to the canvas. */
import type { RegionSnapshot, TaskRoom } from '@tandem/client';
import { useEffect, useMemo, useRef, type KeyboardEvent, type ReactNode } from 'react';

import { useKeys } from '~/hotkeys/use-hotkeys';
import type { AttributeDef } from '~/layout/annotator';
import type { Store } from '~/lib/store';
import { useLive, useStore } from '~/lib/use-store';
import * as commands from '~/tools/commands';
import type { Desk } from '~/tools/desk';
import type { AnnotatorSetup } from './annotator-setup';
import { AttributeField } from './attribute-field';
import { choosing, sharedAttributes, toggled } from './attribute-values';
import { wrongWith } from './region-rules';
import { useSelection } from './use-selection';
import './attributes.css';

/** Which attribute is to have the focus; null: the first. */
export interface Asked {
  readonly attribute: string | null;
}

interface AttributesPanelProps {
  desk: Desk;
  room: TaskRoom;
  setup: AnnotatorSetup;
  /** Set: the panel takes the focus, and forgets it. */
  asked: Store<Asked | null>;
  /** Somebody has tried to submit: what is missing is said at each field. */
  tried: boolean;
  onDone: () => void;
  onSubmit: () => void;
}

export function AttributesPanel(props: AttributesPanelProps): ReactNode {
  const { desk, room, setup } = props;
  const selection = useSelection(desk);
  const all = useLive(room.regions, () => room.regions.list());
  const ids = useMemo(() => new Set(selection), [selection]);
  const regions = useMemo(() => all.filter(({ id }) => ids.has(id)), [all, ids]);
  const attributes = useMemo(() => attributesOf(setup, regions), [setup, regions]);
  if (attributes.length === 0) return null;
  // Another selection has other fields: nothing that is typed for one goes to another.
  return <Fields key={selection.join()} {...props} regions={regions} attributes={attributes} />;
}

/** Those that all of the regions have. */
export function attributesOf({ labels }: AnnotatorSetup, regions: readonly RegionSnapshot[]): readonly AttributeDef[] {
  const names = [...new Set(regions.map(({ label }) => label))];
  const known = names.flatMap((name) => labels.find((label) => label.name === name) ?? []);
  return known.length < names.length ? [] : sharedAttributes(known);
}

/** The attributes of what is selected are to be filled in; says why where there are none. */
export function askAttributes(desk: Desk, setup: AnnotatorSetup, asked: Store<Asked | null>): void {
  const regions = desk.selected();
  const [region] = regions;
  if (!region) desk.notify('Select a region first: then its attributes are on the right');
  else if (attributesOf(setup, regions).length > 0) asked.set({ attribute: null });
  else desk.notify(regions.length === 1 ? `“${region.label}” has no attributes` : 'These have no attributes in common');
}

interface FieldsProps extends AttributesPanelProps {
  regions: readonly RegionSnapshot[];
  attributes: readonly AttributeDef[];
}

function Fields({ desk, room, regions, attributes, asked, tried, onDone, onSubmit }: FieldsProps): ReactNode {
  const box = useRef<HTMLElement>(null);
  const ask = useStore(asked);
  const locked = useLive(room, () => room.snapshot().readOnly) !== null;
  const [first] = regions;
  useEffect(() => {
    if (ask === null) return;
    asked.set(null);
    focusOn(box.current, ask.attribute);
  }, [ask, asked]);
  useEffect(
    () => () => {
      if (room.presence.mine().editing === first?.id) room.presence.setMine({ editing: null });
    },
    [room, first?.id],
  );
  const ids = regions.map(({ id }) => id);
  const keys = useMemo(() => optionKeys(desk, regions, attributes), [desk, regions, attributes]);
  useKeys(locked ? null : keys);

  const onKeyDown = (event: KeyboardEvent): void => {
    const isTyping = event.target instanceof HTMLInputElement && ['text', 'number'].includes(event.target.type);
    const isDone = event.key === 'Escape' || (event.key === 'Enter' && isTyping && !event.ctrlKey && !event.metaKey);
    const isSubmit = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
    if (!isDone && !isSubmit) return;
    event.preventDefault();
    if (isDone) onDone();
    else onSubmit();
  };
  return (
    <section
      ref={box}
      className="side-attributes"
      aria-labelledby="attributes-title"
      onKeyDown={onKeyDown}
      // Others see at the region who is at it.
      onFocus={() => first && room.presence.setMine({ editing: first.id })}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) room.presence.setMine({ editing: null });
      }}
    >
      <h2 className="side-title" id="attributes-title">
        Attributes <span className="muted">{regions.length === 1 ? first?.label : `of ${regions.length} regions`}</span>
      </h2>
      {attributes.map((attribute) => (
        <AttributeField
          key={attribute.name}
          attribute={attribute}
          regions={regions}
          room={room}
          locked={locked}
          wrong={wrongIn(attribute, regions, tried)}
          onSet={(value) => commands.setAttribute(desk, ids, attribute.name, value)}
        />
      ))}
    </section>
  );
}

/** That something is missing is said once somebody has tried to submit; that something cannot be so is said at once. */
function wrongIn(attribute: AttributeDef, regions: readonly RegionSnapshot[], tried: boolean): string | null {
  for (const { attributes } of regions) {
    const value = attributes[attribute.name];
    const wrong = value === undefined && !tried ? null : wrongWith(attribute, value);
    if (wrong !== null) return `${wrong.charAt(0).toUpperCase()}${wrong.slice(1)}`;
  }
  return null;
}

/** Options that have a key are chosen by it as long as a region is selected that has them. */
function optionKeys(
  desk: Desk,
  regions: readonly RegionSnapshot[],
  attributes: readonly AttributeDef[],
): ReadonlyMap<string, () => void> {
  const ids = regions.map(({ id }) => id);
  const keys = new Map<string, () => void>();
  for (const attribute of attributes)
    for (const { value, hotkey } of attribute.options) {
      if (hotkey === '') continue;
      keys.set(hotkey, () => {
        const on = choosing(regions, attribute.name, value) !== 'all';
        const several = attribute.kind === 'multi-select';
        commands.setAttribute(desk, ids, attribute.name, (before) => (several ? toggled(attribute, before, value, on) : value));
      });
    }
  return keys;
}

function focusOn(box: HTMLElement | null, attribute: string | null): void {
  const field = attribute === null ? box : box?.querySelector(`[data-attribute="${CSS.escape(attribute)}"]`);
  const control =
    field?.querySelector<HTMLElement>('input:checked, input[type="text"], input[type="number"], select') ??
    field?.querySelector<HTMLElement>('input, select');
  control?.scrollIntoView({ block: 'nearest' });
  control?.focus({ preventScroll: true });
  if (control instanceof HTMLInputElement) control.select();
}
