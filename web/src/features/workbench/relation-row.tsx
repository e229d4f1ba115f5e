/** What a region has to do with another, below it in the list: a press goes to the other; its menu changes, turns and deletes it. */
import { ArrowLeft, ArrowLeftRight, ArrowRight, MoreHorizontal, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';

import { useLive } from '~/lib/use-store';
import type { Desk } from '~/tools/desk';
import type { Related } from '~/tools/relations';
import { Menu, MenuItem, MenuLine } from '~/ui/menu';

interface RelationRowProps {
  desk: Desk;
  related: Related;
  /** The region below which it stands: one of its ends. */
  at: string;
  start: number;
}

export function RelationRow({ desk, related, at, start }: RelationRowProps): ReactNode {
  const { relations, room } = desk;
  const { from, to, label, directed } = related;
  const other = from === at ? to : from;
  const otherLabel = useLive(room.regions, () => room.regions.get(other)?.label ?? '');
  const locked = useLive(room, () => room.snapshot().readOnly) !== null;
  const title = relations.titleOf(label);
  const Icon = !directed ? ArrowLeftRight : from === at ? ArrowRight : ArrowLeft;
  const words = !directed ? `${title}: ${otherLabel}` : from === at ? `${title} ${otherLabel}` : `${otherLabel} ${title} this`;
  return (
    <li
      className="region-row relation-row"
      style={{ transform: `translateY(${start}px)` }}
      data-testid="relation-row"
      data-relation={label}
    >
      <button
        type="button"
        className="region-main"
        aria-label={`${words}: go to it`}
        title={words}
        onClick={() => desk.goTo(other)}
        onPointerEnter={() => desk.hovered.set(other)}
        onPointerLeave={() => desk.hovered.set(null)}
      >
        <Icon size={13} className="muted" aria-hidden />
        <span className="truncate">
          <span className="muted">{title}</span> {otherLabel}
        </span>
      </button>
      {!locked && <RelationMenu desk={desk} related={related} words={words} />}
    </li>
  );
}

function RelationMenu({ desk, related, words }: { desk: Desk; related: Related; words: string }): ReactNode {
  const { relations } = desk;
  const others = relations.between(related.from, related.to);
  return (
    <Menu
      trigger={
        <button type="button" className="row-icon" aria-label={`Change ${words}`} data-testid="relation-menu">
          <MoreHorizontal size={14} aria-hidden />
        </button>
      }
    >
      {others.map(({ name, title }) => (
        <MenuItem key={name} checked={name === related.label} onSelect={() => relations.retype(related, name)}>
          {title}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem
        icon={<ArrowLeftRight size={15} aria-hidden />}
        disabled={!relations.canFlip(related)}
        onSelect={() => relations.flip(related)}
      >
        Turn it round
      </MenuItem>
      <MenuItem icon={<Trash2 size={15} aria-hidden />} danger onSelect={() => relations.remove(related)}>
        Delete the relation
      </MenuItem>
    </Menu>
  );
}
