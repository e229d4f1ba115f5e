/** A task worked on with a layout. Loaded only where there is one. */
import { ApiError, type Json, type TaskRoom } from '@tandem/client';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

import { isAbout, type FieldError } from '~/layout/check';
import type { LiveSuggestions, ShownAnnotator } from '~/layout/context';
import { knownFields, seenFields } from '~/layout/fields';
import type { JsonObject } from '~/layout/json';
import { LayoutModel } from '~/layout/model';
import { spelled } from '~/layout/place';
import type { Layout } from '~/layout/tree';
import LayoutView from '~/layout/view';
import type { Assignment, Project, Task } from '~/session/queries';
import type { Desk } from '~/tools/desk';
import { useTaskContext, useUiContext } from './use-task-context';

/** What stands between the answer and the server. */
export interface AnswerGate {
  /**
   * From now on each field says what is wrong with it.
   * @param regionsAreTold what is wrong with regions is said in other words already
   */
  attempt: (regionsAreTold: boolean) => readonly FieldError[];
  /** The first field that is wrong takes the focus. */
  show: () => void;
  /** What the server found wrong is said at its fields. */
  refused: (error: unknown) => void;
}

interface LaidOutProps {
  layout: Layout;
  task: Task;
  project: Project;
  room: TaskRoom;
  desk: Desk;
  work: Assignment | null;
  readOnly: boolean;
  /** The task is mine to fill in, and its document is here: fields get their defaults. */
  fills: boolean;
  /** Told which fields the layout asks for with the answer as it is, by their keys. Absent: nobody wants to know. */
  onAsked?: ((keys: ReadonlySet<string>) => void) | undefined;
  image: ReactNode;
  onAnnotator: (shown: ShownAnnotator | null) => void;
  /** What models suggest; null: nothing. */
  suggestions: LiveSuggestions | null;
  /** Null: there is none any more. */
  onGate: (gate: AnswerGate | null) => void;
  onSubmit: () => void;
  onSkip: () => void;
}

export default function LaidOut({
  layout,
  task,
  project,
  room,
  desk,
  work,
  readOnly,
  fills,
  onAsked,
  image,
  onAnnotator,
  suggestions,
  onGate,
  onSubmit,
  onSkip,
}: LaidOutProps): ReactNode {
  const [failures, setFailures] = useState(0);
  const { input } = task;
  const model = useMemo(
    () => new LayoutModel({ layout, fields: room.fields, regions: room.regions, input: input as Json }),
    [layout, room, input],
  );
  useEffect(() => () => model.dispose(), [model]);
  useTaskContext(model, task, project, work);
  useUiContext(model, desk);
  useEffect(() => {
    const isFresh = !room.undo.canUndo;
    // What was there at first is nothing that anybody would want to take back.
    if (model.fillDefaults(fills) && isFresh) room.undo.clear();
    return () => void model.fillDefaults(false);
  }, [model, room, fills]);
  useEffect(() => {
    if (!onAsked) return;
    const tell = (): void => onAsked(askedIn(layout, model.variables));
    tell();
    return model.follow(['$.output', '$.context', '$.input'], tell);
  }, [model, layout, onAsked]);
  const regionKeys = useMemo(() => regionKeysOf(layout), [layout]);
  useEffect(() => {
    onGate({
      attempt: (regionsAreTold) => {
        const errors = model.attempt();
        return regionsAreTold ? errors.filter((error) => !regionKeys.some((key) => isAbout(error, key))) : errors;
      },
      show: () => setFailures((count) => count + 1),
      refused: (error) => {
        if (!(error instanceof ApiError) || error.code !== 'invalid_answer') return;
        model.refuse(error.fields);
        setFailures((count) => count + 1);
      },
    });
    return () => onGate(null);
  }, [onGate, model, regionKeys]);
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
      onAnnotator={onAnnotator}
      submit={submit}
      suggestions={suggestions ?? undefined}
      failures={failures}
    />
  );
}

const askedIn = (layout: Layout, variables: JsonObject): ReadonlySet<string> =>
  new Set(seenFields(layout, variables).map(({ place }) => spelled(place)));

/** What errors about regions are called. */
const regionKeysOf = (layout: Layout): string[] =>
  knownFields(layout)
    .filter(({ output }) => output.kept_as === 'regions')
    .map(({ steps }) => spelled(steps.map((step) => (typeof step === 'string' ? step : 0))));
