import type { TaskRoom } from '@tandem/client';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

import type { Pointers } from '~/canvas/pointers';
import { choicesOf } from '~/hotkeys/choices';
import type { Handlers } from '~/hotkeys/registry';
import { useHotkeys } from '~/hotkeys/use-hotkeys';
import { cx } from '~/lib/cx';
import { createStore } from '~/lib/store';
import { later } from '~/lib/later';
import type { Layout } from '~/layout/tree';
import { useLeaveWarning } from '~/lib/use-leave-warning';
import { useMay, type Project, type Task } from '~/session/queries';
import { useBackend } from '~/session/backend';
import { useConnection } from '~/session/live';
import { toast, toastError } from '~/ui/toast';
import { useMutation } from '@tanstack/react-query';
import type { Activity } from './activity';
import { answeredLeases } from './answered';
import { useModelSource, useSeenPicture } from './assistant';
import { askAttributes } from './attributes-panel';
import { Banner } from './banner';
import { BenchDialogs, type BenchDialog } from './bench-dialogs';
import { CommentsBesideForm, CommentsToggle, useCommentsShown } from './comments/beside-form';
import { useLinkedThread, useNews } from './comments/use-news';
import { useTelling } from './comments/use-telling';
import { commentKeys, deskKeys } from './desk-keys';
import type { AnswerGate } from './laid-out';
import { mayFill } from './fills';
import { claim, heldOf } from './lease';
import { Picture } from './picture';
import { AdjudicationPanel } from './review/adjudication-panel';
import { ConflictBar } from './review/conflict-bar';
import { FieldBar } from './review/field-bar';
import { authorOf } from './review/author';
import { ReviewBar } from './review/review-bar';
import { ReviewPanel } from './review/review-panel';
import { SentBack } from './review/sent-back';
import { SideBySide } from './review/side-by-side';
import { useDecide, type Said } from './review/use-decide';
import { useReview } from './review/use-review';
import { useSentBack } from './review/use-sent-back';
import { useSpot } from './review/use-spot';
import type { Asking } from './review/verdict-dialog';
import { SideToggle, useSideDrawer } from './side-drawer';
import { SidePanel } from './side-panel';
import { StatusLine } from './status-line';
import { SuggestionCard } from './suggestions/card';
import { SuggestionsPanel } from './suggestions/panel';
import { joined } from './suggestions/underlay';
import { noteUndecided, useSuggestions, useSuggests } from './suggestions/use-suggestions';
import { ToolRail } from './tool-rail';
import { TopBar } from './top-bar';
import { useAfterLoss } from './use-after-loss';
import { useAnnotator } from './use-annotator';
import { useBegun } from './use-begun';
import { useCheck } from './use-check';
import { useFreshLabels } from './use-fresh-labels';
import { useLease } from './use-lease';
import { personOf, usePeople } from './use-people';
import type { Bench } from './use-room';
import { useSpaceBar } from './use-space-bar';
import { useRoomState } from './use-room-state';
import { useTaskActions } from './use-submit';
import type { TaskImage } from './use-image';
import { useWork } from './use-work';

interface BenchViewProps extends Bench {
  task: Task;
  project: Project;
  room: TaskRoom;
  /** What the task is worked on with; null: the canvas alone. */
  layout: Layout | null;
  /** The layout is this task's, and not the one of the task before until this one's is there. */
  isLayoutOwn: boolean;
  activity: Activity;
  image: TaskImage;
}

const LaidOut = later(() => import('./laid-out'), <div className="bench-canvas" aria-busy="true" />);

export function BenchView({
  task,
  project,
  room,
  layout,
  isLayoutOwn,
  desk,
  follow,
  activity,
  image,
}: BenchViewProps): ReactNode {
  const { api } = useBackend();
  const may = useMay(project.id);
  const roomState = useRoomState(room);
  const connection = useConnection();
  const lease = useLease(task.id, roomState, project.lease_seconds, activity);
  const actions = useTaskActions(project.id, task.id, room, activity);
  const work = useWork(lease.held);
  const people = usePeople(room);
  const faces = useCallback((id: string | null) => personOf(people, id), [people]);
  useNews(desk, people);
  useTelling(room, task.id);
  useFreshLabels(room, project);
  const decide = useDecide(room, activity, actions.onward);
  const [seeing, setSeeing] = useState(false);
  const [dialog, setDialog] = useState<BenchDialog | null>(null);
  useLeaveWarning(useCallback(() => desk.isBusy, [desk]));
  const asking = useMemo(() => createStore<Asking | null>(null), []);
  const review = useReview(desk, layout, task.id, work);
  useSpot(review.adjudication, review.round);
  const remarks = useSentBack(room, work);
  const pointers = useRef<Pointers | null>(null);
  const suggests = useSuggests(room);
  const { draws, setup, keys, looks, setShown } = useAnnotator(layout, project.label_schema.labels, work?.kind, suggests);
  useLinkedThread(desk, room, draws);
  const suggesting = useSuggestions(desk, looks, suggests && draws);
  const below = review.underlay;
  const underlay = useMemo(
    () => (below && suggesting ? joined(below, suggesting.underlay) : (suggesting?.underlay ?? below)),
    [below, suggesting],
  );
  const gate = useRef<AnswerGate | null>(null);
  const check = useCheck(desk, draws ? setup : null, gate);
  const [sideOpen, openSide] = useSideDrawer(desk, check.asked);
  const { held } = lease;

  useEffect(() => desk.setLabels(setup.labels, setup), [desk, setup]);
  useBegun(desk, draws && roomState.phase === 'joined' && roomState.readOnly === null);

  const take = useMutation({
    mutationFn: () => claim(api, task.id),
    onSuccess: (work) => answeredLeases.set(task.id, heldOf(work.assignment)),
    onError: toastError,
  });

  const holder = roomState.lease && { id: roomState.lease.user_id, name: roomState.lease.user_name };
  const middle = { x: (task.asset.width ?? 2) / 2, y: (task.asset.height ?? 2) / 2 };
  const afterLoss = useAfterLoss(project.id, room, lease.standing.kind === 'lost' ? holder : null, middle);

  const say = (said: Said): void => {
    if (held && !decide.isPending && (said.decision !== 'approve' || check.attempt())) decide.mutate({ held, ...said });
  };
  /** @param asIs also where something is not decided */
  const submit = (asIs = false): void => {
    const open = review.adjudication?.open().length ?? 0;
    if (held && work?.kind === 'review') say({ decision: 'approve', reason: null, remark: null });
    else if (held && open > 0 && !asIs) setDialog('undecided');
    else if (held && !actions.submit.isPending) {
      if (!check.attempt()) return;
      if (suggesting) noteUndecided(suggesting.suggestions);
      actions.submit.mutate(held, { onError: (error) => gate.current?.refused(error) });
    } else if (!held) toast('Only the person who holds the task can submit it');
  };
  const keepGate = useCallback((now: AnswerGate | null) => {
    gate.current = now;
  }, []);
  const askSkip = useCallback(() => setDialog('skip'), []);
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
    palette: () => setDialog('palette'),
    help: () => setDialog('keys'),
    escape: () => {
      if (!desk.letGo() && !suggesting?.suggestions.letGo() && held) setDialog('skip');
    },
    undo: () => desk.undo(),
    redo: () => desk.redo(),
    ...(draws
      ? {
          ...deskKeys(desk),
          attributes: () => askAttributes(desk, setup, check.asked),
          seeing: () => setSeeing((open) => !open),
          ...suggesting?.handlers,
        }
      : commentKeys(desk, () => desk.commentOnAll())),
    ...review.handlers,
    ...(work?.kind === 'review' && {
      requestChanges: () => asking.set('request_changes'),
      reject: () => asking.set('reject'),
    }),
  };
  const usable = setup.labels.filter(({ problem }) => problem === null);
  const pickLabel = (name: string, also = false): void => desk.pickLabel(name, also);
  useHotkeys(handlers, keys.labels, pickLabel, keys.ceded);
  useSpaceBar(desk, pointers, activity);
  useSeenPicture(image.picture, desk.image);
  useModelSource();

  const toPicture = useCallback(() => pointers.current?.focus(), []);
  const picture = (
    <Picture
      {...{ desk, image, looks, people, faces, seeing }}
      projectId={project.id}
      taken={keys.taken}
      underlay={underlay}
      suggestions={suggesting && <SuggestionCard suggestions={suggesting.suggestions} taken={keys.taken} onDone={toPicture} />}
      onSeen={() => setSeeing(false)}
      onPointers={keepPointers}
      onTouch={touched}
    />
  );
  const { adjudication, round } = review;
  const canvas = adjudication ? (
    <div className={cx('bench-deciding', review.isBeside && 'bench-beside')}>
      {review.isBeside ? (
        <SideBySide {...{ adjudication, looks }} picture={image.picture}>
          {picture}
        </SideBySide>
      ) : (
        picture
      )}
      <ConflictBar adjudication={adjudication} taken={keys.taken} onDone={toPicture} />
    </div>
  ) : (
    picture
  );
  const rail = (
    <ToolRail desk={desk} setup={setup} taken={keys.taken} seeing={seeing} onSeeing={() => setSeeing((open) => !open)} />
  );
  const reviewing = (
    <>
      {work?.kind === 'adjudication' && (
        <AdjudicationPanel adjudication={adjudication} error={review.error} retry={review.retry} />
      )}
      {round && <ReviewPanel round={round} />}
    </>
  );
  // Where nothing is drawn there is no panel that it could stand in.
  const isReviewedBesideForm = !draws && (work?.kind === 'adjudication' || round !== null);
  const hasAside = useCommentsShown(desk, room, !draws) || isReviewedBesideForm;
  const side = (
    <SidePanel
      desk={desk}
      room={room}
      setup={setup}
      keys={keys}
      looks={looks}
      people={people}
      check={check}
      open={sideOpen}
      onDone={toPicture}
      onSubmit={() => submit()}
    >
      {reviewing}
      {suggesting && (
        <SuggestionsPanel suggestions={suggesting.suggestions} looks={looks} taken={keys.taken} onDone={toPicture} />
      )}
    </SidePanel>
  );
  return (
    <div className={cx('bench', layout && 'bench-laid', hasAside && 'bench-aside')}>
      <TopBar
        task={task}
        project={project}
        room={room}
        desk={desk}
        follow={follow}
        held={held}
        review={
          work?.kind === 'review' ? (
            <ReviewBar
              {...{ desk, people, asked: asking }}
              assignmentId={work.id}
              author={round && authorOf(round.now, people)}
              busy={decide.isPending}
              onSay={say}
            />
          ) : null
        }
        submitting={actions.submit.isPending}
        onSubmit={() => submit()}
        onSkip={() => setDialog('skip')}
        onRelease={() => held && actions.release.mutate(held)}
        comments={!draws && <CommentsToggle desk={desk} />}
        onHelp={() => setDialog('keys')}
        onHistory={() => setDialog('history')}
        onHandOver={() => setDialog('hand-over')}
        onWay={may('task.review') ? () => setDialog('way') : null}
        standing={lease.standing}
      />
      {!layout && rail}
      <div className="bench-middle">
        <Banner
          standing={lease.standing}
          room={roomState}
          connection={connection}
          lostBecause={lease.lostBecause}
          expiresAt={lease.expiring && held ? held.expiresAt : null}
          onKeep={lease.keep}
          taking={take.isPending}
          onTake={() => take.mutate()}
          afterLoss={afterLoss}
          onDismiss={room}
        />
        {remarks && <SentBack desk={desk} remarks={remarks} people={people} />}
        {layout ? (
          <LaidOut
            layout={layout}
            task={task}
            project={project}
            room={room}
            desk={desk}
            work={work}
            fills={mayFill({ work, snapshot: roomState, isOwn: isLayoutOwn })}
            onAsked={adjudication?.fields.ask}
            onAnnotator={setShown}
            readOnly={roomState.readOnly !== null}
            image={
              <>
                {rail}
                {canvas}
                {side}
                <SideToggle open={sideOpen} onToggle={openSide} />
              </>
            }
            suggestions={suggesting?.forLayout ?? null}
            onGate={keepGate}
            onSubmit={() => submit()}
            onSkip={askSkip}
          />
        ) : (
          canvas
        )}
        {adjudication && <FieldBar adjudication={adjudication} taken={keys.taken} />}
        <p id="bench-help" className="sr-only">
          Regions are listed on the right; everything done here by pointer can be done there by keyboard. Press question mark for
          all keys.
        </p>
      </div>
      {!layout && side}
      {hasAside && (
        <aside className="bench-side" aria-label={isReviewedBesideForm ? 'What there is to review, and comments' : 'Comments'}>
          {isReviewedBesideForm && reviewing}
          <CommentsBesideForm {...{ desk, room, people }} projectId={project.id} />
        </aside>
      )}
      <StatusLine desk={desk} room={room} project={project} held={held} leaseSeconds={project.lease_seconds} />
      <BenchDialogs
        {...{ dialog, setDialog, keys }}
        projectId={project.id}
        {...{ task, room, held }}
        choices={() => choicesOf(handlers, draws ? usable : [], keys, pickLabel)}
        undecided={adjudication?.open().length ?? 0}
        onGoToOpen={() => adjudication?.goToOpen()}
        onSubmit={() => submit(true)}
        skipping={actions.skip.isPending}
        onSkip={(reason) => held && actions.skip.mutate({ held, reason }, { onSettled: () => setDialog(null) })}
      />
    </div>
  );
}
