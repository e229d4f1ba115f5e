import type { TaskRoom } from '@tandem/client';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

import { Canvas } from '~/canvas/canvas';
import type { Looks } from '~/canvas/overlay';
import type { Pointers } from '~/canvas/pointers';
import { choicesOf } from '~/hotkeys/choices';
import { HotkeyOverlay } from '~/hotkeys/overlay';
import { Palette } from '~/hotkeys/palette';
import { isTaken, labelKeys, type Handlers } from '~/hotkeys/registry';
import { useHotkeys } from '~/hotkeys/use-hotkeys';
import { cx } from '~/lib/cx';
import type { Layout } from '~/layout/tree';
import type { Project, Task } from '~/session/queries';
import type { Desk } from '~/tools/desk';
import { useBackend } from '~/session/backend';
import { useConnection } from '~/session/live';
import { Failed } from '~/ui/feedback';
import { toast, toastError } from '~/ui/toast';
import { useMutation } from '@tanstack/react-query';
import type { Activity } from './activity';
import { answeredLeases } from './answered';
import { Banner } from './banner';
import { Candidates } from './candidates';
import { OpenedComment } from './comments/thread-card';
import { useLinkedThread, useNews } from './comments/use-news';
import { DeskBar } from './desk-bar';
import { deskKeys } from './desk-keys';
import { HistoryDialog } from './history-dialog';
import type { AnswerGate } from './laid-out';
import { claim, heldOf } from './lease';
import { Minimap } from './minimap';
import { ReviewBar } from './review-bar';
import { SeeingPanel } from './seeing-panel';
import { SidePanel } from './side-panel';
import { SkipDialog } from './skip-dialog';
import { StatusLine } from './status-line';
import { drawsOn } from './task-layout';
import { ToolRail } from './tool-rail';
import { TopBar } from './top-bar';
import { useDecide, type Decision } from './use-decide';
import { useLease } from './use-lease';
import { personOf, usePeople } from './use-people';
import { useSnapshot, type Bench } from './use-room';
import { useTaskActions } from './use-submit';
import { useWork } from './use-work';

interface BenchViewProps extends Bench {
  task: Task;
  project: Project;
  room: TaskRoom;
  /** What the task is worked on with; null: the canvas alone. */
  layout: Layout | null;
  activity: Activity;
  image: HTMLImageElement | null;
  imageError: Error | null;
  reloadImage: () => void;
}

const LaidOut = lazy(() => import('./laid-out'));

const UNKNOWN_COLOR = '#8b8f99';

const NO_KEYS: ReadonlyMap<string, string> = new Map();

/** A key that the layout gives to something else is not a label's. */
const withoutKeysOf = (layout: Layout | null, keys: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map([...keys].filter(([, key]) => !layout?.hotkeys.some((hotkey) => hotkey.key.toLowerCase() === key)));

/** What a layout's keys choose, for the list of all keys. */
const layoutKeys = ({ hotkeys }: Layout): [string, string][] =>
  hotkeys.map(({ key, value, instance_id }) => [value ?? instance_id, key]);

function looksOf(project: Project): Looks {
  const labels = new Map(project.label_schema.labels.map((label) => [label.name, label]));
  const none: readonly (readonly number[])[] = [];
  return {
    color: (name) => labels.get(name)?.color ?? UNKNOWN_COLOR,
    edges: (name) => labels.get(name)?.skeleton ?? none,
  };
}

export function BenchView({
  task,
  project,
  room,
  layout,
  desk,
  follow,
  activity,
  image,
  imageError,
  reloadImage,
}: BenchViewProps): ReactNode {
  const { api } = useBackend();
  const snapshot = useSnapshot(room);
  const connection = useConnection();
  const lease = useLease(task.id, snapshot, project.lease_seconds, activity);
  const actions = useTaskActions(project.id, task.id, room, activity);
  const work = useWork(lease.held);
  const people = usePeople(room);
  const faces = useCallback((id: string | null) => personOf(people, id), [people]);
  useNews(desk, people);
  useLinkedThread(desk, room);
  const decide = useDecide(room, activity, actions.onward);
  const [helping, setHelping] = useState(false);
  const [skipping, setSkipping] = useState(false);
  const [finding, setFinding] = useState(false);
  const [seeing, setSeeing] = useState(false);
  const [remembering, setRemembering] = useState(false);
  const pointers = useRef<Pointers | null>(null);
  const labels = project.label_schema.labels;
  const draws = layout === null || drawsOn(layout);
  const keys = useMemo(() => (draws ? withoutKeysOf(layout, labelKeys(labels)) : NO_KEYS), [draws, layout, labels]);
  const shownKeys = useMemo(() => (layout ? new Map([...keys, ...layoutKeys(layout)]) : keys), [layout, keys]);
  const taken = useMemo(() => new Set(shownKeys.values()), [shownKeys]);
  const gate = useRef<AnswerGate | null>(null);
  const looks = useMemo(() => looksOf(project), [project]);
  const { held } = lease;

  useEffect(() => desk.setLabels(labels), [desk, labels]);

  const take = useMutation({
    mutationFn: () => claim(api, task.id),
    onSuccess: (work) => answeredLeases.set(task.id, heldOf(work.assignment)),
    onError: toastError,
  });

  const say = (decision: Decision, reason: string | null): void => {
    if (held && !decide.isPending) decide.mutate({ held, decision, reason });
  };
  const submit = (): void => {
    if (held && work?.kind === 'review') say('approve', null);
    else if (held && !actions.submit.isPending) {
      const { current } = gate;
      if (current?.attempt() ?? true) actions.submit.mutate(held, { onError: (error) => current?.refused(error) });
    } else if (!held) toast('Only the person who holds the task can submit it');
  };
  const keepGate = useCallback((now: AnswerGate | null) => {
    gate.current = now;
  }, []);
  const askSkip = useCallback(() => setSkipping(true), []);
  const flush = (): void => {
    room.flush();
    room.whenSaved().then(
      () => toast('Everything is saved', 'good'),
      () => undefined,
    );
  };
  const touched = useCallback(() => {
    activity.touch();
    follow.stop();
  }, [activity, follow]);
  const keepPointers = useCallback((now: Pointers | null) => {
    pointers.current = now;
  }, []);
  const handlers: Handlers = {
    submit: () => {
      if (!desk.finish()) submit();
    },
    flush,
    palette: () => setFinding(true),
    help: () => setHelping(true),
    escape: () => {
      if (!desk.letGo() && held) setSkipping(true);
    },
    undo: () => desk.undo(),
    redo: () => desk.redo(),
    ...(draws ? { ...deskKeys(desk), seeing: () => setSeeing((open) => !open) } : {}),
  };
  const pickLabel = (name: string): void => desk.pickLabel(name);
  useHotkeys(handlers, keys, pickLabel);
  useSpaceBar(desk, pointers, activity);

  const canvas = (
    <div className="bench-canvas">
      <Canvas
        desk={desk}
        image={image}
        looks={looks}
        faces={faces}
        describedBy="bench-help"
        onPointers={keepPointers}
        onTouch={touched}
      />
      <DeskBar desk={desk} taken={taken} />
      <Minimap desk={desk} image={image} />
      {seeing && <SeeingPanel desk={desk} onClose={() => setSeeing(false)} />}
      <OpenedComment desk={desk} people={people} projectId={project.id} />
      {imageError && (
        <div className="stage-message">
          <Failed error={imageError} retry={reloadImage} />
        </div>
      )}
    </div>
  );
  const rail = <ToolRail desk={desk} labels={labels} taken={taken} seeing={seeing} onSeeing={() => setSeeing((open) => !open)} />;
  const side = (
    <SidePanel desk={desk} room={room} labels={labels} keys={keys} looks={looks} people={people}>
      {work?.kind === 'adjudication' && <Candidates work={work} room={room} looks={looks} />}
    </SidePanel>
  );
  return (
    <div className={cx('bench', layout && 'bench-laid')}>
      <TopBar
        task={task}
        project={project}
        room={room}
        desk={desk}
        follow={follow}
        held={held}
        review={work?.kind === 'review' ? <ReviewBar busy={decide.isPending} onDecide={say} /> : null}
        submitting={actions.submit.isPending}
        onSubmit={submit}
        onSkip={() => setSkipping(true)}
        onRelease={() => held && actions.release.mutate(held)}
        onHelp={() => setHelping(true)}
        onHistory={() => setRemembering(true)}
        standing={lease.standing}
      />
      {!layout && rail}
      <div className="bench-middle">
        <Banner
          standing={lease.standing}
          room={snapshot}
          connection={connection}
          expiresAt={lease.expiring && held ? held.expiresAt : null}
          onKeep={lease.keep}
          taking={take.isPending}
          onTake={() => take.mutate()}
          onDismiss={room}
        />
        {layout ? (
          <Suspense fallback={<div className="bench-canvas" aria-busy="true" />}>
            <LaidOut
              layout={layout}
              task={task}
              room={room}
              readOnly={snapshot.readOnly !== null}
              image={
                <>
                  {rail}
                  {canvas}
                  {side}
                </>
              }
              onGate={keepGate}
              onSubmit={submit}
              onSkip={askSkip}
            />
          </Suspense>
        ) : (
          canvas
        )}
        <p id="bench-help" className="sr-only">
          Regions are listed on the right; everything done here by pointer can be done there by keyboard. Press question mark for
          all keys.
        </p>
      </div>
      {!layout && side}
      <StatusLine desk={desk} snapshot={snapshot} project={project} held={held} leaseSeconds={project.lease_seconds} />
      <Palette
        open={finding}
        onClose={() => setFinding(false)}
        choices={() => choicesOf(handlers, draws ? labels : [], keys, pickLabel)}
      />
      <HotkeyOverlay open={helping} onClose={() => setHelping(false)} labels={shownKeys} />
      <HistoryDialog projectId={project.id} taskId={task.id} open={remembering} onClose={() => setRemembering(false)} />
      <SkipDialog
        open={skipping}
        onClose={() => setSkipping(false)}
        busy={actions.skip.isPending}
        onSkip={(reason) => held && actions.skip.mutate({ held, reason }, { onSettled: () => setSkipping(false) })}
      />
    </div>
  );
}

/** Space held: dragging moves the image; where the keys have a pointer out, it presses. And every key is a sign of work. */
function useSpaceBar(desk: Desk, pointers: { readonly current: Pointers | null }, activity: Activity): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      activity.touch();
      if (event.key !== ' ' || isTaken(event.target)) return;
      const control = event.target instanceof HTMLElement && event.target.closest('button, a, input');
      if (control || !pointers.current) return;
      event.preventDefault();
      if (desk.keyPointer.at.get() === null) pointers.current.holdSpace(event.type === 'keydown');
      else if (event.type === 'keydown' && !event.repeat) desk.keyPointer.press();
    };
    addEventListener('keydown', onKey);
    addEventListener('keyup', onKey);
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener('keyup', onKey);
    };
  }, [desk, pointers, activity]);
}
