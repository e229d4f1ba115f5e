/** How a task came to where it is, step by step; an admin may take the last one back. */
import './way.css';

import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { ago } from '~/lib/time';
import { useNow } from '~/lib/use-now';
import { useBackend } from '~/session/backend';
import { useMay } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { explain } from '~/ui/explain';
import { Failed, Skeleton } from '~/ui/feedback';
import { Field } from '~/ui/fields';
import { toast } from '~/ui/toast';
import { useAddNote } from '../steering/note-dialog';
import { useNotes, useStepNames, useTransitions } from './queries';
import {
  askedOf,
  canUndo,
  eventWords,
  lasted,
  stateWords,
  whoWords,
  woven,
  type Names,
  type TaskNote,
  type Transition,
} from './timeline';

interface WayProps {
  projectId: string;
  taskId: string;
  /** What the task is called. */
  label: string;
  onClose: () => void;
}

export function WayDialog({ projectId, taskId, label, onClose }: WayProps): ReactNode {
  const way = useTransitions(taskId);
  const names = useStepNames(projectId);
  const steers = useMay(projectId)('task.steer');
  const notes = useNotes(taskId, steers);
  const entries = woven(way.data ?? [], notes.data ?? []);
  return (
    <Dialog open wide onClose={onClose} title={`The way of ${label} through the workflow`}>
      {way.isError ? (
        <Failed error={way.error} retry={() => void way.refetch()} />
      ) : way.isPending ? (
        <Skeleton height={160} />
      ) : entries.length === 0 ? (
        <p className="muted">It has not begun on a workflow yet.</p>
      ) : (
        <ol className="way" aria-label="The newest first">
          {entries.map((entry, index) =>
            'note' in entry ? (
              <NoteEntry key={entry.note.id} note={entry.note} />
            ) : (
              <Entry
                key={`${entry.took.occurred_at} ${index}`}
                transition={entry.took}
                names={names}
                isLast={entry.took === way.data[0]}
              />
            ),
          )}
        </ol>
      )}
      {steers && <AddNote taskId={taskId} />}
      <div className="dialog-actions way-actions">
        {steers && way.data && canUndo(way.data) && <TakeBack taskId={taskId} />}
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}

const NoteEntry = ({ note }: { note: TaskNote }): ReactNode => {
  const now = useNow(60_000);
  return (
    <li className="way-entry way-note">
      <p className="way-what">
        <strong>Note</strong>
        <span className="muted">
          {note.author.name},{' '}
          <time dateTime={note.created_at} title={new Date(note.created_at).toLocaleString()}>
            {ago(note.created_at, now)}
          </time>
        </span>
      </p>
      <p className="way-text">{note.text}</p>
    </li>
  );
};

function AddNote({ taskId }: { taskId: string }): ReactNode {
  const [text, setText] = useState('');
  const add = useAddNote();
  return (
    <form
      className="way-undo way-add"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') add.mutate({ tasks: [taskId], text: text.trim() }, { onSuccess: () => setText('') });
      }}
    >
      <Field label="A note for whoever else steers this project" error={add.isError ? explain(add.error).detail : undefined}>
        {(ids) => (
          <input {...ids} className="input" maxLength={4000} value={text} onChange={(event) => setText(event.target.value)} />
        )}
      </Field>
      <Button type="submit" busy={add.isPending} disabled={text.trim() === '' || add.isPending}>
        Add the note
      </Button>
    </form>
  );
}

function Entry({ transition, names, isLast }: { transition: Transition; names: Names; isLast: boolean }): ReactNode {
  const now = useNow(60_000);
  const { occurred_at: when, from, to, duration_ms: before, reason } = transition;
  const asked = askedOf(transition.guards);
  return (
    <li className={cx('way-entry', isLast && 'way-last')}>
      <p className="way-what">
        <strong>{eventWords(transition, names)}</strong>
        <span className="muted">
          {whoWords(transition)},{' '}
          <time dateTime={when} title={new Date(when).toLocaleString()}>
            {ago(when, now)}
          </time>
        </span>
      </p>
      <p className="way-states">
        {from !== null && (
          <>
            <span>{stateWords(from, names)}</span>
            <span aria-hidden> → </span>
            <span className="sr-only"> to </span>
          </>
        )}
        <span>{stateWords(to, names)}</span>
        {before !== null && <small className="muted num">after {lasted(before)} there</small>}
      </p>
      {reason && <q className="way-reason">{reason}</q>}
      {asked.length > 0 && (
        <details className="way-asked">
          <summary>{asked.length === 1 ? 'One condition was asked' : `${asked.length} conditions were asked`}</summary>
          <ul>
            {asked.map(({ condition, held }, index) => (
              <li key={index}>
                <code>{condition}</code> <span className={held ? 'way-held' : 'muted'}>{held ? 'held' : 'did not hold'}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

/** Asks for the reason in place: another dialog over this one would hide what it is about. */
function TakeBack({ taskId }: { taskId: string }): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const undo = useMutation({
    mutationFn: () =>
      ok(
        api.POST('/api/v1/tasks/{task_id}/steer', {
          params: { path: { task_id: taskId } },
          body: { action: 'undo', reason: reason.trim() },
        }),
      ),
    onSuccess: () => {
      for (const key of ['transitions', 'step-tasks', 'tasks', 'task']) void client.invalidateQueries({ queryKey: [key] });
      toast('The task moved one step back', 'good');
      setAsking(false);
      setReason('');
    },
  });
  if (!asking) {
    return (
      <Button look="plain" icon={<Undo2 size={15} aria-hidden />} onClick={() => setAsking(true)}>
        One step back …
      </Button>
    );
  }
  return (
    <form
      className="way-undo"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== '') undo.mutate();
      }}
    >
      <Field
        label="Why it goes one step back"
        hint="What came of that step no longer counts, and stays in the history. Whoever works on what closes is told."
        error={undo.isError ? explain(undo.error).detail : undefined}
      >
        {(ids) => (
          <input
            {...ids}
            className="input"
            autoFocus
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <Button look="danger" type="submit" busy={undo.isPending} disabled={reason.trim() === '' || undo.isPending}>
        One step back
      </Button>
    </form>
  );
}
