/** One field of a layout: where it keeps its value, what that is, what is wrong with it, and who else is in it. */
import type { FieldStore, Json, PresenceStore, UserSummary } from '@tandem/client';
import { useEffect, useId, useMemo, useSyncExternalStore, type FocusEvent } from 'react';

import { useLive } from '~/lib/use-store';
import { withPlace } from './chosen-letters';
import { useLayout, type Frame } from './context';
import { placeOf, readField } from './fields';
import { isSomething, same } from './json';
import { spelled } from './place';
import { textOf, type Resolved } from './resolve';
import type { ComponentNode, Output } from './tree';
import type { Emit } from './use-events';

export interface Field {
  /** Its key in the document. */
  readonly key: string;
  readonly output: Output;
  readonly fields: FieldStore;
  readonly value: Json | undefined;
  readonly label: string;
  readonly help: string;
  readonly required: boolean;
  /** Cannot be changed by me, here and now. */
  readonly locked: boolean;
  readonly error: string | null;
  readonly id: string;
  /** What says more about it, for people who do not see. */
  readonly describedBy: string | undefined;
  /** Everybody else who is in it. */
  readonly others: readonly UserSummary[];
  readonly set: (value: Json) => void;
  /** Tells a handler what is there now. A text that comes back, at once or later, is said at the field until that changes; it keeps nobody from submitting. */
  readonly tell: (emit: Emit, event: string) => void;
  /** Of a set or of items: adds, replaces, or with null takes away. */
  readonly put: (id: string, item: Json) => void;
  /** What its frame does when the focus comes and goes. */
  readonly onFocus: () => void;
  readonly onBlur: (event: FocusEvent<HTMLElement>) => void;
}

/** What is wrong is said a click later: said at once it would push away what is being clicked, and the click would meet something else. */
const CLICK_MS = 200;
/** The wire's bound for what somebody edits. */
const MAX_MARK = 64;
/** Others are told that I am in a field as they are told of a region; no id of a region looks like this. */
export const markOf = (key: string): string | null => {
  const said = `field:${key}`;
  return new TextEncoder().encode(said).length <= MAX_MARK ? said : null;
};

/** Also the letters that were chosen in it. */
const leave = (presence: PresenceStore): void =>
  presence.setMine({ editing: null, selection: withPlace(presence.mine().selection ?? [], null) });

const NOBODY: readonly UserSummary[] = [];

/** @returns null: its place is computed from something that is not there */
export function useField(node: ComponentNode, frame: Frame, { properties }: Resolved): Field | null {
  const { model, room, readOnly } = useLayout();
  const id = useId();
  const { output } = node;
  const where = useMemo(() => {
    const key = (): string | null => {
      const place = output && placeOf(output, { variables: model.variables, locals: frame.locals }, frame.keys);
      return place ? spelled(place) : null;
    };
    return model.watch(output?.path.depends ?? [], key);
  }, [model, output, frame]);
  const key = useSyncExternalStore(where.subscribe, where.get);
  const { fields } = model;
  const entry = useSyncExternalStore(
    (listener) => (key === null ? () => undefined : fields.subscribeField(key, listener)),
    () => (key === null ? undefined : fields.get(key)),
  );
  const value = useMemo(() => output && readField(output, entry), [output, entry]);
  const error = useSyncExternalStore(
    (listener) => model.onErrors(listener),
    () => (key === null ? null : model.shownError(key)),
  );
  const needed = useMemo(() => {
    const when = output?.required_when;
    return model.watch(when?.depends ?? [], () => when !== undefined && model.holds(when, frame.locals));
  }, [model, output, frame]);
  const isNeeded = useSyncExternalStore(needed.subscribe, needed.get);
  const others = useOthers(key);
  useEffect(() => {
    // Gone from the screen with the focus in it: nobody is in it any more.
    return () => {
      if (key !== null && room.presence.mine().editing === markOf(key)) leave(room.presence);
    };
  }, [room, key]);

  if (!output || key === null) return null;
  const help = textOf(properties, 'help');
  const is = (name: string): boolean => isSomething(properties[name] ?? null);
  const locked = readOnly || is('disabled') || is('readonly');
  const described = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ');
  return {
    key,
    output,
    fields,
    value,
    label: textOf(properties, 'label') || output.label,
    help,
    required: output.required || isNeeded,
    locked,
    error,
    id,
    describedBy: described || undefined,
    others,
    set: (next) => {
      // Null is kept: a field that somebody has emptied is not one that nobody has been in.
      if (!locked) fields.setValue(key, next);
    },
    put: (entryId, item) => {
      if (locked) return;
      if (item === null) fields.removeEntry(key, entryId);
      else fields.setEntry(key, entryId, item);
    },
    tell: (emit, event) => {
      const now = (): Json => readField(output, fields.get(key)) ?? null;
      const told = now();
      Promise.resolve(emit(event, { field: key, value: told })).then(
        (said) => {
          // What was said of another value says nothing of this one.
          if (typeof said === 'string' && said !== '' && same(told, now()))
            model.say({ field: key, rule: 'hook', message: said });
        },
        // A hook that failed has said nothing.
        () => undefined,
      );
    },
    onFocus: () => room.presence.setMine({ editing: markOf(key) }),
    onBlur: ({ currentTarget, relatedTarget }) => {
      if (relatedTarget instanceof Element && currentTarget.contains(relatedTarget)) return;
      setTimeout(() => model.leave(key), CLICK_MS);
      leave(room.presence);
    },
  };
}

function useOthers(key: string | null): readonly UserSummary[] {
  const { presence } = useLayout().room;
  const peers = useLive(presence, () => presence.peers());
  return useMemo(() => {
    const said = key === null ? null : markOf(key);
    if (said === null) return NOBODY;
    return peers.filter(({ peer, state }) => peer !== presence.me && state.editing === said).map(({ user }) => user);
  }, [presence, peers, key]);
}
