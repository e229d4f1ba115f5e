import type { ReactNode } from 'react';
import { RotateCw } from 'lucide-react';

import { cx } from '~/lib/cx';
import type { Progress } from '~/session/queries';
import { Button } from './controls';
import { explain } from './explain';

export const Skeleton = ({
  width,
  height = 12,
  className,
}: {
  width?: number | string;
  height?: number;
  className?: string;
}): ReactNode => <span className={cx('skeleton', className)} style={{ width: width ?? '100%', height }} aria-hidden />;

export function Empty({
  icon,
  title,
  children,
  action,
}: {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}): ReactNode {
  return (
    <div className="empty">
      <span className="empty-icon" aria-hidden>
        {icon}
      </span>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

/** What went wrong, in the server's own words, and a way on. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }): ReactNode {
  const { title, detail } = explain(error);
  return (
    <div className="empty" role="alert">
      <h2>{title}</h2>
      <p>{detail}</p>
      {retry && (
        <Button icon={<RotateCw size={14} aria-hidden />} onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** Done, in progress, skipped, the rest: one bar, and the same in words. */
export function ProgressBar({ progress, thin }: { progress: Progress; thin?: boolean }): ReactNode {
  const { total, completed, in_progress: active, skipped } = progress;
  const share = (n: number): string => `${total === 0 ? 0 : (n / total) * 100}%`;
  const label = `${completed} of ${total} tasks done, ${active} in progress, ${skipped} skipped`;
  return (
    <div className={cx('progress', thin && 'progress-thin')} role="img" aria-label={label}>
      <span className="progress-done" style={{ width: share(completed) }} />
      <span className="progress-active" style={{ width: share(active) }} />
      <span className="progress-skipped" style={{ width: share(skipped) }} />
    </div>
  );
}
