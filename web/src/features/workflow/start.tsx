import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FilePlus2, Percent, RotateCcw, Scale, User, Vote, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

import { useBackend } from '~/session/backend';
import { toastError } from '~/ui/toast';
import type { PredefinedWorkflow, Workflow } from './queries';

interface Shape {
  readonly name: string;
  readonly about: string;
  readonly icon: LucideIcon;
  readonly predefined: PredefinedWorkflow;
}

const METRIC = { metric: 'agreement:iou', threshold: 0.8 };
const SHAPES: readonly Shape[] = [
  { name: 'One annotator', about: 'Answered once, done.', icon: User, predefined: { type: 'single' } },
  {
    name: 'Sampled review',
    about: 'One annotator; of a tenth of the tasks somebody reviews the result.',
    icon: Percent,
    predefined: { type: 'sampled_review', rate: 0.1 },
  },
  {
    name: 'Review with rework',
    about: 'A review that may send the task back, twice at most.',
    icon: RotateCcw,
    predefined: { type: 'review_with_rework', max_rounds: 2 },
  },
  {
    name: 'Majority of three',
    about: 'Three people, each for themselves; the majority where they differ.',
    icon: Vote,
    predefined: { type: 'multi_vote', annotators: 3, ...METRIC },
  },
  {
    name: 'Two and an adjudicator',
    about: 'Two people; where they disagree, somebody decides.',
    icon: Scale,
    predefined: { type: 'multi_adjudication', annotators: 2, ...METRIC },
  },
];

interface StartProps {
  projectId: string;
  onMade: (draft: Workflow) => void;
  onEmpty: () => void;
}

/** Shapes to start from: each becomes a draft, to be changed as wanted. */
export function StartShapes({ projectId, onMade, onEmpty }: StartProps): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: (predefined: PredefinedWorkflow) =>
      ok(
        api.POST('/api/v1/projects/{project_id}/workflows', {
          params: { path: { project_id: projectId } },
          body: { predefined },
        }),
      ),
    onSuccess: (draft) => {
      void client.invalidateQueries({ queryKey: ['workflows', projectId] });
      onMade(draft);
    },
    onError: toastError,
  });
  return (
    <ul className="shapes" aria-busy={make.isPending}>
      {SHAPES.map(({ name, about, icon: Icon, predefined }) => (
        <li key={name}>
          <button type="button" className="shape" disabled={make.isPending} onClick={() => make.mutate(predefined)}>
            <Icon size={18} aria-hidden />
            <strong>{name}</strong>
            <span>{about}</span>
          </button>
        </li>
      ))}
      <li>
        <button type="button" className="shape shape-empty" disabled={make.isPending} onClick={onEmpty}>
          <FilePlus2 size={18} aria-hidden />
          <strong>From nothing</strong>
          <span>One step; draw the rest, or paste JSON or XML.</span>
        </button>
      </li>
    </ul>
  );
}
