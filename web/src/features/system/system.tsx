import type { ReactNode } from 'react';

import { NotFound } from '~/app/not-found';
import { useMe } from '~/session/queries';
import { Failed, Skeleton } from '~/ui/feedback';
import { ActorsPanel } from './actors-panel';
import { NodesPanel } from './nodes-panel';
import { useActors, useNodes } from './queries';
import './system.css';

/** The running installation as an admin of a workspace may see it. */
export function SystemPage(): ReactNode {
  const me = useMe();
  return me.workspace_role === 'admin' ? <System /> : <NotFound />;
}

function System(): ReactNode {
  const nodes = useNodes();
  const actors = useActors();
  const open = nodes.data?.nodes.filter((node) => node.state === 'ready').length ?? 0;
  return (
    <main className="page">
      <header className="page-head">
        <h1>System</h1>
        {nodes.data && (
          <span className="muted num" role="status">
            {open === 1 ? '1 node takes people' : `${open} nodes take people`}
          </span>
        )}
      </header>
      <section className="system-part" aria-labelledby="system-nodes">
        <h2 id="system-nodes">Nodes</h2>
        {nodes.data ? (
          <NodesPanel nodes={nodes.data} />
        ) : nodes.isError ? (
          <Failed error={nodes.error} retry={() => void nodes.refetch()} />
        ) : (
          <Skeleton height={120} className="skeleton-card" />
        )}
      </section>
      <section className="system-part" aria-labelledby="system-live">
        <h2 id="system-live">Live on this node</h2>
        {actors.data ? (
          <ActorsPanel tree={actors.data} />
        ) : actors.isError ? (
          <Failed error={actors.error} retry={() => void actors.refetch()} />
        ) : (
          <Skeleton height={220} className="skeleton-card" />
        )}
      </section>
    </main>
  );
}
