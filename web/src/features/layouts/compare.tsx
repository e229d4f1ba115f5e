import { ArrowLeftRight } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { Button } from '~/ui/controls';
import { Failed, Skeleton } from '~/ui/feedback';
import { SelectField } from '~/ui/fields';
import { TextDiff } from '~/ui/text-diff';
import { useLayout, type LayoutVersion } from './queries';
import { optionOf } from './versions';

interface CompareProps {
  projectId: string;
  versions: readonly LayoutVersion[];
  before: string;
  after: string;
  leave: () => void;
}

/** Two versions, line by line. */
export function Compare({ projectId, versions, before, after, leave }: CompareProps): ReactNode {
  const [pair, setPair] = useState<readonly [string, string]>([before, after]);
  const old = useLayout(projectId, pair[0]);
  const now = useLayout(projectId, pair[1]);
  const options = versions.map((version) => [version.id, optionOf(version)] as const);
  const error = old.error ?? now.error;
  return (
    <section className="layouts" aria-label="Two versions compared">
      <div className="toolbar layouts-bar compare-bar">
        <SelectField label="From" value={pair[0]} options={options} onChange={(id) => id && setPair([id, pair[1]])} />
        <Button
          look="plain"
          icon={<ArrowLeftRight size={15} aria-hidden />}
          aria-label="Swap the two versions"
          onClick={() => setPair([pair[1], pair[0]])}
        />
        <SelectField label="To" value={pair[1]} options={options} onChange={(id) => id && setPair([pair[0], id])} />
        <span className="spacer" />
        <Button onClick={leave}>Close</Button>
      </div>
      <div className="layouts-sheet">
        {error ? (
          <Failed error={error} />
        ) : old.data && now.data ? (
          <TextDiff before={old.data.source} after={now.data.source} />
        ) : (
          <Skeleton height={240} />
        )}
      </div>
    </section>
  );
}
