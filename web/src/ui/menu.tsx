import * as Radix from '@radix-ui/react-dropdown-menu';
import { Check } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';

export function Menu({
  trigger,
  children,
  align = 'end',
}: {
  trigger: ReactElement;
  children: ReactNode;
  align?: 'start' | 'end';
}): ReactNode {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" align={align} sideOffset={6} collisionPadding={8}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ItemProps {
  icon?: ReactNode;
  checked?: boolean;
  danger?: boolean;
  disabled?: boolean;
  hint?: ReactNode;
  onSelect: () => void;
  children: ReactNode;
}

export function MenuItem({ icon, checked, danger, disabled, hint, onSelect, children }: ItemProps): ReactNode {
  return (
    <Radix.Item className={danger ? 'menu-item menu-danger' : 'menu-item'} disabled={disabled ?? false} onSelect={onSelect}>
      {icon}
      <span className="menu-text">{children}</span>
      {checked && <Check size={14} aria-label="chosen" />}
      {hint}
    </Radix.Item>
  );
}

export const MenuLabel = ({ children }: { children: ReactNode }): ReactNode => (
  <Radix.Label className="menu-label">{children}</Radix.Label>
);
export const MenuLine = (): ReactNode => <Radix.Separator className="menu-line" />;
