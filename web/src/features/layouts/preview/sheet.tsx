/** A compiled layout at work on a real task, as the workbench would show it; what is entered goes nowhere. */
import '~/features/workbench/workbench.css';
import '~/features/workbench/side-panel.css';

import type { Json, TaskRoom } from '@tandem/client';
import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';

import { Canvas } from '~/canvas/canvas';
import type { Asked } from '~/features/workbench/attributes-panel';
import { OpenedComment } from '~/features/workbench/comments/thread-card';
import { DeskBar } from '~/features/workbench/desk-bar';
import { useAnnotator, type Annotator } from '~/features/workbench/use-annotator';
import { useProjectId } from '~/features/workbench/project-id';
import { useImage } from '~/features/workbench/use-image';
import { personOf, usePeople } from '~/features/workbench/use-people';
import { useBench } from '~/features/workbench/use-room';
import { PictureState } from '~/features/workbench/picture-state';
import { SeeingPanel } from '~/features/workbench/seeing-panel';
import { SideToggle, useSideDrawer } from '~/features/workbench/side-drawer';
import { SidePanel } from '~/features/workbench/side-panel';
import { ToolRail } from '~/features/workbench/tool-rail';
import { LayoutModel } from '~/layout/model';
import type { Layout } from '~/layout/tree';
import LayoutView from '~/layout/view';
import { createStore } from '~/lib/store';
import type { Project, Task } from '~/session/queries';
import { Failed } from '~/ui/feedback';
import { toast } from '~/ui/toast';
import type { Width } from './widths';

interface SheetProps {
  layout: Layout;
  task: Task;
  project: Project;
  room: TaskRoom;
  width: Width;
}

const said = (): void => toast('Here a task would be skipped');

export function Sheet({ layout, task, project, room, width }: SheetProps): ReactNode {
  const [failures, setFailures] = useState(0);
  const { input } = task;
  const annotator = useAnnotator(layout, project.label_schema.labels);
  const model = useMemo(
    () => new LayoutModel({ layout, fields: room.fields, regions: room.regions, input: input as Json }),
    [layout, room, input],
  );
  useEffect(() => () => model.dispose(), [model]);
  const submit = useCallback(() => {
    const errors = model.attempt();
    if (errors.length === 0) toast('The answer is right: it would be submitted', 'good');
    else setFailures((count) => count + 1);
  }, [model]);
  const handlers = useMemo(() => ({ skipTask: said }), []);
  return (
    <LayoutView
      model={model}
      room={room}
      readOnly={false}
      handlers={handlers}
      submit={submit}
      failures={failures}
      preview={width.breakpoint}
      image={
        annotator.draws ? <Drawing task={task} room={room} annotator={annotator} tried={failures > 0} submit={submit} /> : null
      }
      onAnnotator={annotator.setShown}
    />
  );
}

const nothing = (): void => undefined;

interface DrawingProps {
  task: Task;
  room: TaskRoom;
  annotator: Annotator;
  /** Somebody has tried to submit. */
  tried: boolean;
  submit: () => void;
}

/** The canvas with its tools and labels, by pointer: keys are shown as they will be, and are the editor's beside it. */
function Drawing({ task, room, annotator: { setup, keys, looks }, tried, submit }: DrawingProps): ReactNode {
  const image = useImage(task);
  const { picture, state, again } = image;
  const bench = useBench(room, task.asset.width ?? picture?.size.width, task.asset.height ?? picture?.size.height);
  const [seeing, setSeeing] = useState(false);
  const projectId = useProjectId();
  const people = usePeople(room);
  const faces = useCallback((id: string | null) => personOf(people, id), [people]);
  const asked = useMemo(() => createStore<Asked | null>(null), []);
  const [sideOpen, openSide] = useSideDrawer(bench?.desk ?? null, asked);
  useEffect(() => bench?.desk.setLabels(setup.labels, setup), [bench, setup]);
  if (state.name === 'failed') return <Failed error={state.error} retry={again} />;
  if (!bench) return <div className="bench-canvas" aria-busy="true" />;
  const { desk } = bench;
  return (
    <>
      <ToolRail desk={desk} setup={setup} taken={keys.taken} seeing={seeing} onSeeing={() => setSeeing((open) => !open)} />
      <div className="bench-canvas">
        <Canvas
          desk={desk}
          picture={picture}
          looks={looks}
          faces={faces}
          describedBy="preview-help"
          onPointers={nothing}
          onTouch={nothing}
        />
        <DeskBar desk={desk} taken={keys.taken} />
        <OpenedComment desk={desk} people={people} projectId={projectId} />
        {seeing && <SeeingPanel desk={desk} named={looks.names} onClose={() => setSeeing(false)} />}
        <PictureState image={image} />
      </div>
      <SidePanel
        desk={desk}
        room={room}
        setup={setup}
        keys={keys}
        looks={looks}
        people={people}
        check={{ asked, tried }}
        open={sideOpen}
        onDone={nothing}
        onSubmit={submit}
      />
      <SideToggle open={sideOpen} onToggle={openSide} />
    </>
  );
}
