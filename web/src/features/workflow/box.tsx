/** A step as a box in the picture: what it is, how far it is, and, of a parallel step, the steps within. */
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react';
import { CircleAlert, Flame, Lock, Play, User } from 'lucide-react';
import type { ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { AvatarStack } from '~/ui/people';
import { branchesOf } from './branches';
import type { Change } from './diff';
import { isForPeople, nameOf, neededBy, type Step } from './form';
import { aboutKind } from './kinds';
import type { Heat } from './overlay';
import { NO_PROGRESS, percentOf, shareOf, type StepProgress } from './progress';

export interface StepData extends Record<string, unknown> {
  readonly id: string;
  readonly step: Step | undefined;
  readonly first: boolean;
  readonly problems: readonly string[];
  /** Of all steps; null: nothing is told of them. */
  readonly progress: ReadonlyMap<string, StepProgress> | null;
  /** A task has come here. */
  readonly reached: boolean;
  /** Of an end: how many tasks came to it, of how many. */
  readonly ended: { readonly done: number; readonly of: number } | null;
  /** Why I may not work here; none: I may, or nobody does. */
  readonly closed: readonly string[];
  /** Tasks here that I hold. */
  readonly mine: number;
  readonly heat: Heat | undefined;
  readonly change: Change | undefined;
  readonly editable: boolean;
  /** The step within this one that is chosen, and how one is. */
  readonly inner: string | null;
  readonly choose: ((id: string) => void) | null;
}
export type StepNode = Node<StepData, 'step'>;

const CHANGED: Record<Change, string> = { added: 'New', removed: 'Gone', changed: 'Changed', same: '' };

export function StepBox({ data, selected }: NodeProps<StepNode>): ReactNode {
  const { step, change } = data;
  if (!step) return <EndBox {...data} />;
  const { icon: Icon, name, tone } = aboutKind(step.type);
  const needed = neededBy(step);
  const wrong = data.problems.length > 0;
  return (
    <div
      className={cx(
        'flow-box',
        selected && 'flow-box-here',
        wrong && 'flow-box-wrong',
        change && `flow-${change}`,
        data.closed.length > 0 && 'flow-box-closed',
        data.progress !== null && !data.reached && 'flow-box-waits',
      )}
      {...(data.heat ? { style: { '--heat': data.heat.level.toFixed(2) }, 'data-heat': true } : {})}
    >
      <Handle type="target" position={Position.Left} isConnectable={data.editable} />
      <div className="flow-box-head">
        <span className={`flow-icon flow-icon-${tone}`}>
          <Icon size={16} aria-hidden />
        </span>
        <span className="flow-box-names">
          <strong className="truncate" title={nameOf(step)}>
            {nameOf(step)}
          </strong>
          <small className="truncate">{change && change !== 'same' ? `${CHANGED[change]} · ${name}` : name}</small>
        </span>
        {data.closed.length > 0 && (
          <span className="flow-lock" title={data.closed.join('\n')}>
            <Lock size={13} aria-hidden />
          </span>
        )}
        {wrong ? (
          <span className="flow-badge-wrong" title={data.problems.join('\n')}>
            <CircleAlert size={15} aria-hidden />
          </span>
        ) : (
          needed > 0 && (
            <span className="flow-needed num" title={needed === 1 ? 'One person' : `${needed} people, each for themselves`}>
              <User size={12} aria-hidden />
              {needed}
            </span>
          )
        )}
      </div>
      <Branches {...data} step={step} />
      {data.progress !== null && <Standing step={step} progress={data.progress.get(step.id)} />}
      {data.heat && (
        <p className="flow-line num" title={data.heat.about}>
          {data.heat.isBottleneck && <Flame size={12} className="flow-bottleneck" aria-label="Bottleneck:" />}
          <span className="truncate">{data.heat.words}</span>
        </p>
      )}
      {data.first && (
        <span className="flow-first" title="Tasks begin here">
          <Play size={9} aria-label="Tasks begin here" />
        </span>
      )}
      {data.mine > 0 && <span className="flow-mine num">{data.mine} for you</span>}
      <Handle type="source" position={Position.Right} isConnectable={data.editable} />
    </div>
  );
}

const EndBox = ({ id, ended, editable }: StepData): ReactNode => {
  const end = id === 'completed' ? aboutKind('complete') : id === 'archived' ? aboutKind('archive') : null;
  const Icon = end?.icon ?? CircleAlert;
  return (
    <div className="flow-box flow-end">
      <Handle type="target" position={Position.Left} isConnectable={editable} />
      <Icon size={16} aria-hidden /> {end?.name ?? id}
      {ended !== null && ended.of > 0 && (
        <span className="flow-ended num" title={`${ended.done} of ${ended.of} tasks`}>
          {percentOf(ended.done / ended.of)}
        </span>
      )}
    </div>
  );
};

interface StandingProps {
  step: Step;
  progress: StepProgress | undefined;
}

/** What is where, and how much of it is done. */
function Standing({ step, progress = NO_PROGRESS }: StandingProps): ReactNode {
  if (!isForPeople(step.type)) {
    const told =
      progress.held > 0 ? <Count tone="held" n={progress.held} words="held" about="Held: waits for an admin" isTold /> : null;
    // What is within has counts of its own, and a hold does nothing by itself.
    const rest = step.type === 'parallel' ? null : step.type === 'hold' ? <span>none held</span> : <span>by itself</span>;
    return (told ?? rest) && <p className="flow-line flow-counts num">{told ?? rest}</p>;
  }
  const share = shareOf(step, progress);
  return (
    <>
      <Counts progress={progress} />
      <p className="flow-share-line num" title={share?.words}>
        <span className="flow-bar" aria-hidden>
          <i style={{ width: `${(share?.share ?? 0) * 100}%` }} />
        </span>
        {share ? percentOf(share.share) : '–'}
        {share && <span className="sr-only"> done, {share.words}</span>}
      </p>
    </>
  );
}

interface CountProps {
  tone: 'rest' | 'active' | 'done' | 'held';
  n: number;
  words: string;
  about: string;
  /** In letters too, and not for whoever listens alone. */
  isTold?: boolean;
}

const Count = ({ tone, n, words, about, isTold }: CountProps): ReactNode => (
  <span title={about}>
    <i className={`dot dot-${tone}`} aria-hidden /> {n} <span className={isTold ? '' : 'sr-only'}>{words}</span>
  </span>
);

function Counts({ progress }: { progress: StepProgress }): ReactNode {
  const { waiting, working, done, held, people } = progress;
  return (
    <p className="flow-line flow-counts num">
      <Count tone="rest" n={waiting} words="waiting" about="Waiting" />
      <Count tone="active" n={working} words="being worked on" about="Being worked on" />
      <Count tone="done" n={done} words="done" about="Done here" />
      {held > 0 && <Count tone="held" n={held} words="held" about="Held: waits for an admin" />}
      <span className="spacer" />
      <AvatarStack people={people} max={3} size={16} />
    </p>
  );
}

/** A line for each step within, which can be chosen where boxes can. */
function Branches({ step, progress, inner, choose, editable }: StepData & { step: Step }): ReactNode {
  const branches = branchesOf(step);
  if (branches.length === 0) return null;
  return (
    <ul className="flow-branches">
      {branches.flatMap((branch) =>
        branch.steps.length === 0
          ? [<li key={branch.id}>{branch.id}: no step yet</li>]
          : branch.steps.map((one) => (
              <li key={`${branch.id} ${one.id}`} title={`Branch ${branch.id}`}>
                {choose && !editable ? (
                  <button
                    type="button"
                    className={cx('flow-inner nodrag nopan', inner === one.id && 'flow-inner-here')}
                    aria-pressed={inner === one.id}
                    data-inner={one.id}
                    onClick={(event) => {
                      event.stopPropagation();
                      choose(one.id);
                    }}
                    onKeyDown={(event) => event.stopPropagation()}
                  >
                    <span className="truncate">{nameOf(one)}</span>
                    {progress && <InnerCounts step={one} progress={progress.get(one.id) ?? NO_PROGRESS} />}
                  </button>
                ) : (
                  <span className="truncate">{`${branch.id}: ${nameOf(one)}`}</span>
                )}
              </li>
            )),
      )}
    </ul>
  );
}

const InnerCounts = ({ step, progress }: { step: Step; progress: StepProgress }): ReactNode => (
  <span className="flow-inner-counts num">
    {isForPeople(step.type) && (
      <>
        <Count tone="rest" n={progress.waiting} words="waiting" about="Waiting" />
        <Count tone="active" n={progress.working} words="being worked on" about="Being worked on" />
        <Count tone="done" n={progress.done} words="done" about="Done here" />
      </>
    )}
    {progress.held > 0 && <Count tone="held" n={progress.held} words="held" about="Held: waits for an admin" />}
  </span>
);
