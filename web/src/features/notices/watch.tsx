import type { ReactNode } from 'react';
import { useLocation } from 'wouter';

import { useTold } from '~/session/notifications';
import { toast } from '~/ui/toast';
import { headline, taskPath, threadPath } from './words';

/** Says it when somebody names or answers me in a task I do not have open: in that one the comment itself appears. */
export function NoticesWatch(): ReactNode {
  const [path, go] = useLocation();
  useTold((notification) => {
    if (path === taskPath(notification)) return;
    const open = { label: 'Open', run: () => go(threadPath(notification)) };
    toast(`${headline(notification)}: ${notification.excerpt}`, 'info', open);
  });
  return null;
}
