/** Numbers, days, stars, orders, and which of two is better. */
import { useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { ArrowDown, ArrowUp, Plus, Star, X } from 'lucide-react';

import { cx } from '~/lib/cx';
import { IconButton } from '~/ui/controls';
import type { ComponentProps } from '../context';
import { isList, isSomething, written } from '../json';
import { optionsOf } from '../options';
import { numberOf, textOf, useResolved } from '../resolve';
import { useEvents } from '../use-events';
import { useField } from '../use-field';
import { Clear, FieldFrame, groupOf } from './field-frame';
import { Markdown } from './markdown';

export function NumberField({ node, frame }: ComponentProps): ReactNode {
  const resolved = useResolved(node, frame);
  const field = useField(node, frame, resolved);
  const emit = useEvents(node);
  // What is being typed may be no number yet ("-", "1e"); it stays as it is as long as somebody types.
  const [typed, setTyped] = useState<string | null>(null);
  if (!field) return null;
  const { properties } = resolved;
  const unit = textOf(properties, 'unit');
  return (
    <FieldFrame field={field}>
      <span className="lay-measure">
        <input
          type="number"
          id={field.id}
          className="input num"
          value={typed ?? (typeof field.value === 'number' ? field.value : '')}
          min={numberOf(properties, 'min')}
          max={numberOf(properties, 'max')}
          step={properties.integer === true ? (numberOf(properties, 'step') ?? 1) : 'any'}
          placeholder={textOf(properties, 'placeholder')}
          readOnly={field.locked}
          aria-required={field.required}
          aria-invalid={field.error !== null}
          aria-describedby={field.describedBy}
          onChange={({ currentTarget }) => {
            if (field.locked) return;
            setTyped(currentTarget.value);
            const number = currentTarget.valueAsNumber;
            field.set(Number.isFinite(number) ? number : null);
            field.tell(emit, 'change');
          }}
          onBlur={() => {
            setTyped(null);
            field.tell(emit, 'blur');
          }}
        />
        {unit && <span className="muted">{unit}</span>}
      </span>
    </FieldFrame>
  );
}

export function DateField({ node, frame }: ComponentProps): ReactNode {
  const resolved = useResolved(node, frame);
  const field = useField(node, frame, resolved);
  const emit = useEvents(node);
  if (!field) return null;
  const { properties } = resolved;
  return (
    <FieldFrame field={field}>
      <input
        type="date"
        id={field.id}
        className="input lay-date"
        value={typeof field.value === 'string' ? field.value : ''}
        min={textOf(properties, 'min') || undefined}
        max={textOf(properties, 'max') || undefined}
        readOnly={field.locked}
        aria-required={field.required}
        aria-invalid={field.error !== null}
        aria-describedby={field.describedBy}
        onChange={({ currentTarget }) => {
          field.set(currentTarget.value === '' ? null : currentTarget.value);
          field.tell(emit, 'change');
        }}
      />
    </FieldFrame>
  );
}

export function Rating({ node, frame }: ComponentProps): ReactNode {
  const resolved = useResolved(node, frame);
  const field = useField(node, frame, resolved);
  const emit = useEvents(node);
  const name = useId();
  if (!field) return null;
  const most = numberOf(resolved.properties, 'max') ?? 5;
  const step = resolved.properties.half === true ? 0.5 : 1;
  const value = typeof field.value === 'number' ? field.value : 0;
  const steps = Array.from({ length: most / step }, (_, at) => (at + 1) * step);
  return (
    <FieldFrame field={field} group>
      <div {...groupOf(field, 'radiogroup')} className="lay-stars">
        {steps.map((stars) => (
          <label
            key={stars}
            className={cx(
              'lay-star',
              stars <= value && 'lay-star-on',
              step === 0.5 && (stars % 1 ? 'lay-star-left' : 'lay-star-right'),
            )}
          >
            <input
              type="radio"
              name={name}
              checked={stars === value}
              disabled={field.locked}
              aria-label={`${stars} of ${most}`}
              onChange={() => {
                field.set(stars);
                field.tell(emit, 'change');
              }}
            />
            <Star size={22} aria-hidden />
          </label>
        ))}
        {value > 0 && (
          <span className="muted num">
            {value} of {most}
          </span>
        )}
        {value > 0 && !field.required && !field.locked && <Clear field={field} />}
      </div>
    </FieldFrame>
  );
}

export function Ranker({ node, frame }: ComponentProps): ReactNode {
  const resolved = useResolved(node, frame);
  const field = useField(node, frame, resolved);
  const emit = useEvents(node);
  const items = useMemo(() => optionsOf(resolved, 'Item', 'items'), [resolved]);
  const group = useRef<HTMLDivElement>(null);
  if (!field) return null;
  const nameOf = (value: string): string => items.find((item) => item.value === value)?.label ?? value;
  const ranked = isList(field.value) ? field.value.filter((value) => typeof value === 'string') : [];
  const rest = items.filter(({ value }) => !ranked.includes(value));
  const top = numberOf(resolved.properties, 'top');
  const change = (next: string[]): void => {
    field.set(next.length === 0 ? null : next);
    field.tell(emit, 'change');
  };
  // What was pressed may be gone, or no more than a dead end: whoever works by keys is then put where the hand is.
  const keepFocus = (pick: (places: readonly HTMLElement[], rest: readonly HTMLElement[]) => HTMLElement | undefined): void => {
    requestAnimationFrame(() => {
      const box = group.current;
      const now = document.activeElement;
      if (!box || (box.contains(now) && now !== box && !now?.matches(':disabled'))) return;
      const all = (what: string): HTMLElement[] => [...box.querySelectorAll<HTMLElement>(what)];
      pick(all('.lay-ranked > li'), all('.lay-chip'))?.focus();
    });
  };
  const add = (value: string, at: number): void => {
    change([...ranked, value]);
    keepFocus((places, chips) => chips[Math.min(at, chips.length - 1)] ?? places.at(-1));
  };
  const takeOut = (at: number): void => {
    change(ranked.filter((_, other) => other !== at));
    keepFocus((places, chips) => places[Math.min(at, places.length - 1)] ?? chips[0]);
  };
  const move = (at: number, by: number): void => {
    const to = at + by;
    const value = ranked[at];
    if (value === undefined || to < 0 || to >= ranked.length) return;
    const next = ranked.filter((_, other) => other !== at);
    next.splice(to, 0, value);
    change(next);
    keepFocus((places) => places[to]);
  };
  const onKey = (event: KeyboardEvent, at: number): void => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (by === 0 || field.locked) return;
    event.preventDefault();
    event.stopPropagation();
    move(at, by);
  };
  return (
    <FieldFrame field={field} group>
      <div {...groupOf(field, 'group')} ref={group}>
        <ol className="lay-ranked">
          {ranked.map((value, at) => (
            <li
              key={value}
              tabIndex={0}
              onKeyDown={(event) => onKey(event, at)}
              aria-label={`${at + 1}: ${nameOf(value)}. Arrows move it`}
            >
              <span className="lay-rank num">{at + 1}</span>
              <span className="lay-option-text">{nameOf(value)}</span>
              {!field.locked && (
                <>
                  <IconButton label={`${nameOf(value)} one place up`} disabled={at === 0} onClick={() => move(at, -1)}>
                    <ArrowUp size={15} aria-hidden />
                  </IconButton>
                  <IconButton
                    label={`${nameOf(value)} one place down`}
                    disabled={at === ranked.length - 1}
                    onClick={() => move(at, 1)}
                  >
                    <ArrowDown size={15} aria-hidden />
                  </IconButton>
                  <IconButton label={`${nameOf(value)} out of the order`} onClick={() => takeOut(at)}>
                    <X size={15} aria-hidden />
                  </IconButton>
                </>
              )}
            </li>
          ))}
        </ol>
        {rest.length > 0 && (
          <div className="lay-unranked">
            <span className="muted">
              {ranked.length === 0
                ? 'Press them in order, the best first'
                : top === undefined
                  ? 'Still without a place'
                  : `The best ${top} are enough`}
            </span>
            {rest.map(({ value, label }, at) => (
              <button key={value} type="button" className="lay-chip" disabled={field.locked} onClick={() => add(value, at)}>
                <Plus size={14} aria-hidden /> {label}
              </button>
            ))}
          </div>
        )}
      </div>
    </FieldFrame>
  );
}

export function Pairwise({ node, frame }: ComponentProps): ReactNode {
  const resolved = useResolved(node, frame);
  const field = useField(node, frame, resolved);
  const emit = useEvents(node);
  const name = useId();
  if (!field) return null;
  const { properties } = resolved;
  const isImage = properties.format === 'image';
  const isMarkdown = properties.format === 'markdown';
  const choice = (value: string, title: string, content: ReactNode): ReactNode => {
    const look = cx('lay-pair', field.value === value && 'lay-option-on');
    const input = (
      <input
        type="radio"
        name={name}
        checked={field.value === value}
        disabled={field.locked}
        onChange={() => {
          field.set(value);
          field.tell(emit, 'change');
        }}
      />
    );
    // Headings, lists and links are no part of a control's name.
    return isMarkdown ? (
      <div className={look}>
        <label className="lay-pair-head">
          {input}
          {title}
        </label>
        {content}
      </div>
    ) : (
      <label className={look}>
        <span className="lay-pair-head">
          {input}
          {title}
        </span>
        {content}
      </label>
    );
  };
  const side = (key: 'left' | 'right', title: string): ReactNode =>
    choice(
      key,
      title,
      isImage ? (
        <img className="lay-picture" src={textOf(properties, key)} alt={title} />
      ) : isMarkdown ? (
        <Markdown text={written(properties[key] ?? null)} />
      ) : (
        <span className="lay-pair-text">{written(properties[key] ?? null)}</span>
      ),
    );
  return (
    <FieldFrame field={field} group>
      <div {...groupOf(field, 'radiogroup')} className="lay-pairs">
        {side('left', 'Left is better')}
        {side('right', 'Right is better')}
        {isSomething(properties.allow_tie ?? true) && choice('tie', 'Neither is better', null)}
      </div>
    </FieldFrame>
  );
}
