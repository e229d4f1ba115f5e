/** Keeps what a layout's expressions see of the work around the answer as things are. */
import { ok } from '@tandem/client';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';

import { annotatorsOf } from '~/layout/annotator';
import type { LayoutModel } from '~/layout/model';
import { useBackend } from '~/session/backend';
import { useMay, useMe, type Assignment, type Project, type Task } from '~/session/queries';
import type { Desk } from '~/tools/desk';
import { contextOf, uiContextOf } from './task-context';

/** Keeps `$.context` as things are. Earlier answers are for whoever reviews or decides: who answers anew must not see them. */
export function useTaskContext(model: LayoutModel, task: Task, project: Project, work: Assignment | null): void {
  const { api } = useBackend();
  const { user } = useMe();
  const isRead = useMemo(() => model.reads('context'), [model]);
  const mayReview = useMay(project.id)('task.review');
  const { data } = useQuery({
    queryKey: ['candidates', task.id, work?.id ?? null],
    enabled: isRead && mayReview && work?.kind !== 'annotation',
    queryFn: async () =>
      (await ok(api.GET('/api/v1/tasks/{task_id}/candidates', { params: { path: { task_id: task.id } } }))).items,
  });
  const context = useMemo(() => {
    const answers = (data ?? []).filter(({ annotation }) => annotation.assignment_id !== (work?.id ?? null));
    return contextOf({ task, project, person: user, work, answers });
  }, [task, project, user, work, data]);
  useEffect(() => model.setContext(context), [model, context]);
}

/** What somebody has in hand is told when it has rested this long: a view that is being moved is another in every frame. */
const REST_MS = 120;

/** An annotator's handler wants to hear of what is selected. */
const asksWhatIsSelected = ({ layout }: LayoutModel): boolean =>
  annotatorsOf(layout).some(({ events }) => events?.['selection-change'] !== undefined);

/** Keeps `$.ui_context` as things are, where the layout reads any of it. */
export function useUiContext(model: LayoutModel, desk: Desk): void {
  useEffect(() => {
    if (!model.reads('ui_context') && !asksWhatIsSelected(model)) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = (): void => model.setUiContext(uiContextOf(desk, model.variables.input ?? null));
    const soon = (): void => {
      clearTimeout(timer);
      timer = setTimeout(tell, REST_MS);
    };
    const stops = [desk.tool, desk.label, desk.selection, desk.camera.view, desk.camera.stage].map((store) =>
      store.subscribe(soon),
    );
    stops.push(desk.room.regions.subscribe(soon), desk.room.suggestions.subscribe(soon));
    tell();
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [model, desk]);
}
