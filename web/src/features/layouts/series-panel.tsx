import { GitCompareArrows, PenLine, Power, PowerOff, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { ago } from '~/lib/time';
import { useNow } from '~/lib/use-now';
import { Button, IconButton } from '~/ui/controls';
import { STATUS, TONE } from '~/ui/version-status';
import type { LayoutVersion } from './queries';
import { inWords } from './uses';
import { called, type Series } from './versions';

interface SeriesProps {
  series: Series;
  busy: boolean;
  onOpen: (version: LayoutVersion) => void;
  onActivate: (version: LayoutVersion) => void;
  onRetire: (version: LayoutVersion) => void;
  onDiscard: (version: LayoutVersion) => void;
  onCompare: (before: LayoutVersion, after: LayoutVersion) => void;
}

/** A layout with all its versions, newest first. */
export function SeriesPanel({ series, busy, onOpen, onActivate, onRetire, onDiscard, onCompare }: SeriesProps): ReactNode {
  const now = useNow(60_000);
  const { newest, versions } = series;
  return (
    <article className="layout-series" aria-label={series.name}>
      <header>
        <h2 className="truncate">{series.name}</h2>
        {newest.key && <code>{newest.key}</code>}
      </header>
      <ul>
        {versions.map((version, index) => {
          const before = versions[index + 1];
          const name = called(version);
          return (
            <li key={version.id} data-testid="layout-version">
              <strong className="num">v{version.version}</strong>
              <span className={cx('pill', TONE[version.status])}>{STATUS[version.status]}</span>
              {inWords(version).map((words) => (
                <span key={words} className="pill">
                  for {words}
                </span>
              ))}
              <small className="muted truncate">changed {ago(version.updated_at, now)}</small>
              <span className="spacer" />
              {before && (
                <IconButton label={`Compare ${name} with v${before.version}`} onClick={() => onCompare(before, version)}>
                  <GitCompareArrows size={16} aria-hidden />
                </IconButton>
              )}
              {version.status === 'draft' && (
                <IconButton label={`Delete the draft ${name}`} onClick={() => onDiscard(version)}>
                  <Trash2 size={16} aria-hidden />
                </IconButton>
              )}
              {version.status === 'active' && (
                <Button
                  look="plain"
                  icon={<PowerOff size={15} aria-hidden />}
                  aria-label={`Retire ${name} …`}
                  onClick={() => onRetire(version)}
                >
                  Retire …
                </Button>
              )}
              <Button
                look="plain"
                icon={<Power size={15} aria-hidden />}
                aria-label={version.status === 'active' ? `Use for more … (${name})` : `Activate ${name} …`}
                onClick={() => onActivate(version)}
              >
                {version.status === 'active' ? 'Use for more …' : 'Activate …'}
              </Button>
              <Button
                icon={<PenLine size={15} aria-hidden />}
                disabled={busy}
                aria-label={`${version.status === 'draft' ? 'Edit' : 'Open'} ${name}`}
                onClick={() => onOpen(version)}
              >
                {version.status === 'draft' ? 'Edit' : 'Open'}
              </Button>
            </li>
          );
        })}
      </ul>
    </article>
  );
}
