/** The bell: who named or answered me, and a way there. */
import { Bell, CheckCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import { cx } from '~/lib/cx';
import { ago } from '~/lib/time';
import { useNow } from '~/lib/use-now';
import { useNotifications, useReadNotifications, type Notification } from '~/session/notifications';
import { Menu, MenuItem, MenuLabel, MenuLine } from '~/ui/menu';
import { Avatar } from '~/ui/people';
import { headline, threadPath } from './words';

import './notices.css';

const MOST = 99;

export function Notices(): ReactNode {
  const { data } = useNotifications();
  const read = useReadNotifications();
  const unread = data?.unread ?? 0;
  const count = unread > MOST ? `${MOST}+` : String(unread);
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className="side-link notices-bell" data-testid="notices">
          <Bell size={16} aria-hidden />
          Notifications
          {unread > 0 && (
            <span className="notices-count" aria-label={`${count} unread`}>
              {count}
            </span>
          )}
        </button>
      }
    >
      <MenuLabel>Notifications</MenuLabel>
      {data?.items.map((notification) => (
        <Notice key={notification.id} notification={notification} onRead={() => read([notification.id])} />
      ))}
      {data?.items.length === 0 && (
        <MenuItem disabled onSelect={() => undefined}>
          Nobody has mentioned you yet. Write @ and a name in a comment to call somebody.
        </MenuItem>
      )}
      {unread > 0 && (
        <>
          <MenuLine />
          <MenuItem icon={<CheckCheck size={15} aria-hidden />} onSelect={() => read()}>
            Mark all as read
          </MenuItem>
        </>
      )}
    </Menu>
  );
}

function Notice({ notification, onRead }: { notification: Notification; onRead: () => void }): ReactNode {
  const now = useNow(60_000);
  const [, go] = useLocation();
  const isUnread = notification.read_at === null;
  return (
    <MenuItem
      icon={<Avatar person={notification.from} size={26} />}
      onSelect={() => {
        if (isUnread) onRead();
        go(threadPath(notification));
      }}
    >
      <span className={cx('notice', isUnread && 'notice-unread')}>
        <span>
          {headline(notification)}
          {isUnread && <span className="sr-only"> (unread)</span>}
        </span>
        <span className="notice-excerpt">{notification.excerpt}</span>
        <small>{ago(notification.created_at, now)}</small>
      </span>
    </MenuItem>
  );
}
