import type { SessionState, TaskRoom } from '@tandem/client';
import type { ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { aboutSeconds } from '~/lib/time';
import { useNow } from '~/lib/use-now';
import { Button } from '~/ui/controls';
import type { Standing } from './lease';
import type { AfterLoss } from './use-after-loss';
import type { RoomState } from './use-room-state';

interface BannerProps {
  standing: Standing;
  room: RoomState;
  connection: SessionState;
  /** What whoever took my lease back wrote. */
  lostBecause: string | null;
  /** When my lease runs out, if it is about to because I do nothing. */
  expiresAt: number | null;
  onKeep: () => void;
  taking: boolean;
  onTake: () => void;
  /** What I can do where somebody else has it. */
  afterLoss: AfterLoss;
  onDismiss: Pick<TaskRoom, 'dismissRefusals' | 'dismissSetAside'>;
}

/** One sentence above the image when something about the task is not as usual. Nothing here ever loses work. */
export function Banner({
  standing,
  room,
  connection,
  lostBecause,
  expiresAt,
  onKeep,
  taking,
  onTake,
  afterLoss,
  onDismiss,
}: BannerProps): ReactNode {
  if (connection.status === 'closed') {
    return (
      <Strip tone="bad" title="You are signed out">
        Everything you drew is kept on this device and is sent when you open your sign-in link again.
      </Strip>
    );
  }
  if (room.failure) {
    return (
      <Strip tone="bad" title="This task cannot be opened live">
        {room.failure.message}
      </Strip>
    );
  }
  const refusal = room.refusals[0];
  if (refusal) {
    const action = <Button onClick={() => onDismiss.dismissRefusals()}>Understood</Button>;
    return (
      <Strip tone="bad" title="The server refused an edit" action={action}>
        {refusal.message} It was taken out of the document here too.
      </Strip>
    );
  }
  const aside = room.setAside[0];
  if (aside) {
    const n = aside.regions.length;
    const action = <Button onClick={() => onDismiss.dismissSetAside()}>Understood</Button>;
    return (
      <Strip tone="warn" title="This document was replaced on the server" action={action}>
        {n === 1 ? '1 region' : `${n} regions`} of your older copy {n === 1 ? 'is' : 'are'} not in it. The copy is kept on this
        device.
      </Strip>
    );
  }
  const take = (text: string): ReactNode => (
    <Button look="solid" busy={taking} onClick={onTake} data-testid="take">
      {text}
    </Button>
  );
  switch (standing.kind) {
    case 'mine':
      if (expiresAt === null) return null;
      return (
        <Strip tone="info" title="Still working on this task?" action={<KeepWorking onKeep={onKeep} />}>
          You have done nothing here for a while. <Until at={expiresAt} /> somebody else may have it. What you drew is kept.
        </Strip>
      );
    case 'lost':
      return standing.to === null ? (
        <Strip
          tone="warn"
          title={lostBecause === null ? 'Your time on this task ran out' : 'This task was taken back'}
          action={
            <>
              {take('Take it back')}
              <NextButton afterLoss={afterLoss} />
            </>
          }
        >
          {lostBecause !== null && <q>{lostBecause}</q>} Nobody else has it yet. Everything you drew is kept.
        </Strip>
      ) : (
        <Strip tone="warn" title={`${standing.to} has this task now`} action={<AfterLossButtons afterLoss={afterLoss} />}>
          {lostBecause !== null && <q>{lostBecause}</q>} Everything you drew is kept, and you can go on editing together. Only{' '}
          {standing.to} can submit it.
        </Strip>
      );
    case 'helping':
      return (
        <Strip tone="info" title={`${standing.holder} holds this task`}>
          You can edit it together; {standing.holder} submits it.
        </Strip>
      );
    case 'free':
      if (room.phase !== 'joined') return null;
      return (
        <Strip tone="info" title="Nobody holds this task" action={take('Take this task')}>
          You can look and edit; take it to submit it.
        </Strip>
      );
    case 'unknown':
      return null;
    case 'done':
      return (
        <Strip tone="info" title="This task is done">
          It was submitted or completed, or went on to its next step. What is changed here is kept in its document, not in what
          was submitted.
        </Strip>
      );
    case 'read_only':
      return (
        <Strip tone="info" title="Read only">
          {standing.reason}
        </Strip>
      );
  }
}

const AfterLossButtons = ({ afterLoss }: { afterLoss: AfterLoss }): ReactNode => (
  <>
    {afterLoss.ask && (
      <Button onClick={afterLoss.ask} disabled={afterLoss.asked} data-testid="ask-back">
        {afterLoss.asked ? 'Asked' : 'Ask for it back'}
      </Button>
    )}
    <NextButton afterLoss={afterLoss} />
  </>
);

const NextButton = ({ afterLoss }: { afterLoss: AfterLoss }): ReactNode => (
  <Button busy={afterLoss.isTaking} onClick={afterLoss.next} data-testid="after-loss-next">
    Next task
  </Button>
);

const KeepWorking = ({ onKeep }: { onKeep: () => void }): ReactNode => (
  <Button look="solid" onClick={onKeep} data-testid="keep-working">
    Keep working
  </Button>
);

/** In steps of ten seconds: a number that changes every second is read aloud every second. */
function Until({ at }: { at: number }): ReactNode {
  return aboutSeconds(at - useNow());
}

interface StripProps {
  tone: 'info' | 'warn' | 'bad';
  title: string;
  action?: ReactNode;
  children: ReactNode;
}

export const Strip = ({ tone, title, action, children }: StripProps): ReactNode => (
  <div className={cx('banner', `banner-${tone}`)} role="status" data-testid="banner">
    <p>
      <strong>{title}</strong> <span>{children}</span>
    </p>
    {action}
  </div>
);
