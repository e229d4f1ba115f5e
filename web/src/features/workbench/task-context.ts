/** What a layout's expressions see of the work around the answer: `$.context` (task, project, step, person, earlier answers) and `$.ui_context`. */
import type { components, Json, SuggestionSnapshot } from '@tandem/client';

import { alike } from '~/layout/given-answers';
import { same } from '~/layout/json';
import { highlightsOf, predictionId, predictionsIn } from '~/layout/predictions';
import type { Assignment, Project, Task } from '~/session/queries';
import type { Desk } from '~/tools/desk';

type Candidate = components['schemas']['Candidate'];

interface Around {
  readonly task: Task;
  readonly project: Pick<Project, 'id' | 'name'>;
  readonly person: { readonly id: string; readonly name: string };
  /** What my lease asks of me; null: I have none here. */
  readonly work: Assignment | null;
  /** Answers of others that I may see. */
  readonly answers: readonly Candidate[];
}

export function contextOf({ task, project, person, work, answers }: Around): Json {
  const previous = answers.map(({ annotation, user_name }): Json => ({
    id: annotation.id,
    user_id: annotation.user_id,
    user_name,
    step: annotation.step,
    submitted_at: annotation.submitted_at,
    output: (annotation.output ?? {}) as Json,
    regions: annotation.regions as unknown as Json,
  }));
  return {
    task: {
      id: task.id,
      external_id: task.external_id,
      batch_id: task.batch_id,
      priority: task.priority,
      status: task.status,
    },
    project: { id: project.id, name: project.name },
    step: { name: work?.step ?? task.step, kind: work?.kind ?? null, round: work?.round ?? null },
    person: { id: person.id, name: person.name },
    previous_annotations: previous,
    previous,
    has_previous_annotations: previous.length > 0,
    has_conflicts: answers.some(({ annotation }) => !isAlike(annotation, answers[0]?.annotation)),
  };
}

/** Whether two answers say the same; regions are told apart by what they show, not by who made them, and marked letters not by the ids they were given. */
function isAlike(one: Candidate['annotation'], other: Candidate['annotation'] | undefined): boolean {
  const drawn = (annotation: Candidate['annotation'] | undefined): Json =>
    (annotation?.regions ?? []).map(({ label, geometry, attributes }) => JSON.stringify([label, geometry, attributes])).sort();
  const said = (annotation: Candidate['annotation'] | undefined): Record<string, Json> =>
    (annotation?.output ?? {}) as Record<string, Json>;
  const [left, right] = [said(one), said(other)];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return same(drawn(one), drawn(other)) && [...names].every((name) => alike(left[name], right[name]));
}

interface Told {
  readonly input: Json;
  readonly ai_predictions: Json;
  readonly ai_highlights: Json;
}

const told = new WeakMap<readonly SuggestionSnapshot[], Told>();

/** What models suggest and nobody has decided, regions first: the same lists until that changes (`open` is another array after each verdict). */
function predictionsOf({ suggestions }: Desk['room'], input: Json): Told {
  const open = suggestions.open();
  const known = told.get(open);
  if (known?.input === input) return known;
  const list = open.map(({ id, label, score, source, geometry, attributes }): Json => ({
    id,
    label,
    confidence: score,
    source,
    kind: geometry.kind,
    attributes: { ...attributes },
  }));
  const said = predictionsIn(input).filter((prediction) => suggestions.verdict(predictionId(prediction)) === null);
  const now = { input, ai_predictions: [...list, ...said], ai_highlights: highlightsOf(said) };
  told.set(open, now);
  return now;
}

/** @param input the task's data */
export function uiContextOf(desk: Desk, input: Json = null): Json {
  const { ai_predictions, ai_highlights } = predictionsOf(desk.room, input);
  const selected = desk.selected();
  const [first] = selected;
  const { x, y, width, height } = desk.camera.visible();
  return {
    tool: desk.tool.get(),
    label: desk.label.get(),
    selection: selected.map(({ id }) => id),
    selected:
      first && selected.length === 1
        ? { id: first.id, label: first.label, kind: first.geometry.kind, attributes: { ...first.attributes } }
        : null,
    ai_predictions,
    ai_highlights,
    viewport: { x, y, width, height, scale: desk.camera.view.get().scale },
  };
}
