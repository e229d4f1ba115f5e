/** A task worked on with a layout. Loaded only where there is one. */
import { ApiError, type Json, type TaskRoom } from '@tandem/client';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

import { LayoutModel } from '~/layout/model';
import type { Layout } from '~/layout/tree';
import LayoutView from '~/layout/view';
import type { Task } from '~/session/queries';
import { toast } from '~/ui/toast';

/** What stands between the answer and the server. */
export interface AnswerGate {
  /** @returns whether the answer is right as it is; else each field says what is wrong with it */
  attempt: () => boolean;
  /** What the server found wrong is said at its fields. */
  refused: (error: unknown) => void;
}

interface LaidOutProps {
  layout: Layout;
  task: Task;
  room: TaskRoom;
  readOnly: boolean;
  image: ReactNode;
  /** Null: there is none any more. */
  onGate: (gate: AnswerGate | null) => void;
  onSubmit: () => void;
  onSkip: () => void;
}

export default function LaidOut({ layout, task, room, readOnly, image, onGate, onSubmit, onSkip }: LaidOutProps): ReactNode {
  const [failures, setFailures] = useState(0);
  const { input } = task;
  const model = useMemo(
    () => new LayoutModel({ layout, fields: room.fields, regions: room.regions, input: input as Json }),
    [layout, room, input],
  );
  useEffect(() => () => model.dispose(), [model]);
  useEffect(() => {
    onGate({
      attempt: () => {
        const errors = model.attempt();
        const [first] = errors;
        if (!first) return true;
        toast(errors.length === 1 ? first.message : `${first.message}, and ${errors.length - 1} more`, 'bad');
        setFailures((count) => count + 1);
        return false;
      },
      refused: (error) => {
        if (!(error instanceof ApiError) || error.code !== 'invalid_answer') return;
        model.refuse(error.fields);
        setFailures((count) => count + 1);
      },
    });
    return () => onGate(null);
  }, [onGate, model]);
  // Everything of the layout hangs on what it is given: what changes with each render of the workbench would render all of it again.
  const latest = useRef(onSubmit);
  useEffect(() => {
    latest.current = onSubmit;
  });
  const submit = useCallback(() => latest.current(), []);
  const handlers = useMemo(() => ({ skipTask: onSkip }), [onSkip]);
  return (
    <LayoutView
      model={model}
      room={room}
      readOnly={readOnly}
      handlers={handlers}
      image={image}
      submit={submit}
      failures={failures}
    />
  );
}
