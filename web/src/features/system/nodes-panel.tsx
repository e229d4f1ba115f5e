import { Server } from 'lucide-react';
import type { ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { ago } from '~/lib/time';
import { useNow } from '~/lib/use-now';
import { Empty } from '~/ui/feedback';
import type { NodeState, NodeView, Nodes } from './queries';

const TONES: Record<NodeState, string> = { ready: 'pill-good', draining: 'pill-warn', gone: 'pill-bad', left: '' };

/** What a node does, in words; a drain says how far it is. */
export function stateOf(node: NodeView): string {
  switch (node.state) {
    case 'ready':
      return node.drain_requested ? 'Asked to drain' : 'Takes people';
    case 'draining':
      return node.connections === 0 ? 'Drained' : 'Draining';
    case 'gone':
      return 'Gone';
    case 'left':
      return 'Stopped';
  }
}

/** `now`, `12 s ago`, `3 min ago`: by the database's clock, so the browser's does not matter. */
export function heard(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 3) return 'now';
  return seconds < 60 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`;
}

export function NodesPanel({ nodes: { me, nodes } }: { nodes: Nodes }): ReactNode {
  const now = useNow(30_000);
  const most = Math.max(1, ...nodes.map((node) => node.connections));
  if (nodes.length === 0) {
    return (
      <Empty icon={<Server size={20} />} title="No node has told of itself yet">
        Each does within seconds of its start.
      </Empty>
    );
  }
  return (
    <div className="grid-table nodes-table" role="table" aria-label="Nodes">
      <div className="grid-head" role="row">
        {['Node', 'State', 'Connections', 'Documents', 'Heard', 'Since'].map((name) => (
          <span key={name} role="columnheader">
            {name}
          </span>
        ))}
      </div>
      {nodes.map((node) => (
        <Row key={node.id} node={node} own={node.id === me} most={most} now={now} />
      ))}
    </div>
  );
}

function Row({ node, own, most, now }: { node: NodeView; own: boolean; most: number; now: number }): ReactNode {
  const here = node.state === 'ready' || node.state === 'draining';
  return (
    <div className={cx('grid-row', !here && 'grid-row-past')} role="row" data-testid="node">
      <span className="node-name" role="cell">
        <strong className="truncate">{node.host}</strong>
        <small className="muted truncate" title={node.id}>
          {own && <span className="node-own">answers you</span>}
          {node.version} · {node.id.slice(-12)}
        </small>
      </span>
      <span role="cell">
        <span className={cx('pill', TONES[node.state])}>{stateOf(node)}</span>
      </span>
      <span className="load num" role="cell">
        <span>{node.connections}</span>
        <span className="load-bar" aria-hidden>
          <i style={{ width: `${(node.connections / most) * 100}%` }} />
        </span>
      </span>
      <span className="num" role="cell">
        {node.rooms}
        {here && !node.durable && <small className="bad-text not-durable">not on disk</small>}
      </span>
      <span className={cx('num', node.state === 'gone' ? 'bad-text' : 'muted')} role="cell">
        {heard(node.silent_ms)}
      </span>
      <span className="muted" role="cell">
        {ago(node.started_at, now)}
      </span>
    </div>
  );
}
