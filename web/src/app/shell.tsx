import { Activity, CalendarClock, House, Layers, LogOut, Monitor, Moon, ScanSearch, Sun } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Link, useRoute } from 'wouter';

import { Notices } from '~/features/notices/notices';
import { cx } from '~/lib/cx';
import { later } from '~/lib/later';
import { useStore } from '~/lib/use-store';
import { leave } from '~/session/account';
import { useBackend } from '~/session/backend';
import { useConnection } from '~/session/live';
import { useMe } from '~/session/queries';
import { Menu, MenuItem, MenuLabel, MenuLine } from '~/ui/menu';
import { Avatar } from '~/ui/people';
import { Boundary } from './boundary';
import { Logo } from './logo';
import { NotShown } from './not-shown';
import { setTheme, theme, type Theme } from './theme';

export function Shell({ children }: { children: ReactNode }): ReactNode {
  const me = useMe();
  return (
    <div className="shell">
      <a className="skip-link" href="#content">
        Skip to content
      </a>
      <nav className="side" aria-label="Main">
        <div className="side-brand">
          <Logo />
          <span className="truncate">{me.workspace_name}</span>
        </div>
        <NavLink href="/" icon={<House size={16} aria-hidden />}>
          My work
        </NavLink>
        <NavLink href="/projects" icon={<Layers size={16} aria-hidden />} deep>
          Projects
        </NavLink>
        {me.workspace_role === 'admin' && (
          <>
            <NavLink href="/admin/models" icon={<ScanSearch size={16} aria-hidden />}>
              Models
            </NavLink>
            <NavLink href="/admin/system" icon={<Activity size={16} aria-hidden />}>
              System
            </NavLink>
          </>
        )}
        <span className="spacer" />
        <Connection />
        <Notices />
        <AccountMenu />
      </nav>
      <div className="content" id="content" tabIndex={-1}>
        {children}
      </div>
    </div>
  );
}

function NavLink({
  href,
  icon,
  deep,
  children,
}: {
  href: string;
  icon: ReactNode;
  deep?: boolean;
  children: ReactNode;
}): ReactNode {
  const [exact] = useRoute(href);
  const [below] = useRoute(`${href}/*?`);
  const here = exact || (deep === true && below);
  return (
    <Link href={href} className={cx('side-link', here && 'side-here')} aria-current={here ? 'page' : undefined}>
      {icon}
      {children}
    </Link>
  );
}

/** Silent while all is well. */
function Connection(): ReactNode {
  const state = useConnection();
  if (state.status === 'open' || state.status === 'idle' || (state.status === 'connecting' && state.attempt === 0)) return null;
  return (
    <p className="side-offline" role="status">
      {state.status === 'closed' ? `Disconnected: ${state.reason}` : 'Reconnecting …'}
    </p>
  );
}

const THEMES: readonly (readonly [Theme, string, typeof Sun])[] = [
  ['system', 'Like the system', Monitor],
  ['light', 'Light', Sun],
  ['dark', 'Dark', Moon],
];

export function ThemeItems(): ReactNode {
  const current = useStore(theme);
  return (
    <>
      <MenuLabel>Theme</MenuLabel>
      {THEMES.map(([value, name, Icon]) => (
        <MenuItem key={value} icon={<Icon size={15} aria-hidden />} checked={current === value} onSelect={() => setTheme(value)}>
          {name}
        </MenuItem>
      ))}
    </>
  );
}

const MyHours = later(async () => ({ default: (await import('~/features/project/people/my-hours')).MyHours }), null);

function AccountMenu(): ReactNode {
  const me = useMe();
  const backend = useBackend();
  const [hours, setHours] = useState(false);
  return (
    <>
      <Menu
        align="start"
        trigger={
          <button type="button" className="side-me" data-testid="account">
            <Avatar person={me.user} size={26} />
            <span className="side-me-text">
              <strong className="truncate">{me.user.name}</strong>
              <small className="truncate">{me.workspace_role === 'admin' ? 'Workspace admin' : me.user.email}</small>
            </span>
          </button>
        }
      >
        <ThemeItems />
        <MenuLine />
        <MenuItem icon={<CalendarClock size={15} aria-hidden />} onSelect={() => setHours(true)}>
          My hours
        </MenuItem>
        <MenuItem
          icon={<LogOut size={15} aria-hidden />}
          onSelect={() => {
            backend.close();
            leave();
          }}
        >
          Sign out
        </MenuItem>
      </Menu>
      {hours && (
        <Boundary fallback={(error) => <NotShown error={error} onClose={() => setHours(false)} />}>
          <MyHours onClose={() => setHours(false)} />
        </Boundary>
      )}
    </>
  );
}
