/** The way into a step's work for whoever may do it: go on with what one holds, take the next task, or learn why there is none. */
import { ok, type components } from '@tandem/client';
import { useMutation } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';

import { useOpenWork } from '~/features/workbench/open-work';
import { useBackend } from '~/session/backend';
import { Button } from '~/ui/controls';
import { toastError } from '~/ui/toast';
import type { Step } from './form';

type NothingToDo = components['schemas']['NothingToDo'];

interface WorkHereProps {
  projectId: string;
  step: Step;
  /** Tasks here that I hold. */
  mine: number;
}

const forYou = (mine: number): string => `Continue (${mine} for you)`;

export function WorkHere({ projectId, step, mine }: WorkHereProps): ReactNode {
  const { api } = useBackend();
  const open = useOpenWork();
  const [nothing, setNothing] = useState<NothingToDo | null>(null);
  const start = useRef<HTMLButtonElement>(null);
  // Whoever chose the box wants in: Enter twice is enough. Not at once, or the first Enter would press it.
  useEffect(() => {
    const frame = requestAnimationFrame(() => start.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  const next = useMutation({
    mutationFn: () =>
      ok(
        api.POST('/api/v1/projects/{project_id}/next', {
          params: { path: { project_id: projectId } },
          body: { step: step.id },
        }),
      ),
    onSuccess: async ({ work, nothing: why }) => {
      if (work) await open(work);
      else
        setNothing(why ?? { step: step.id, waiting: 0, kept_from: 0, in_work: 0, commonest: null, expected_at: null, text: '' });
    },
    onError: toastError,
  });
  return (
    <>
      <Button
        look="solid"
        busy={next.isPending}
        ref={start}
        data-testid="work-here"
        icon={next.isPending ? undefined : <ArrowRight size={15} aria-hidden />}
        onClick={() => next.mutate()}
      >
        {mine > 0 ? forYou(mine) : 'Start'}
      </Button>
      {nothing && (
        <p role="status" data-testid="nothing-here">
          <strong>Nothing to do here now.</strong> {nothing.text}
        </p>
      )}
    </>
  );
}
