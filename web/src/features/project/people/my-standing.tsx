import './people.css';

import { ok } from '@tandem/client';
import { useQuery } from '@tanstack/react-query';
import { CirclePause } from 'lucide-react';
import type { ReactNode } from 'react';

import { useBackend } from '~/session/backend';
import { keptFromMe } from './pause';

/** Why I am given nothing new in this project: my pause, my hours, my limits. Nothing where I may work. */
export function MyStanding({ projectId }: { projectId: string }): ReactNode {
  const { api } = useBackend();
  const { data } = useQuery({
    queryKey: ['my-standing', projectId],
    queryFn: async () => {
      const path = { project_id: projectId };
      return keptFromMe((await ok(api.GET('/api/v1/projects/{project_id}/workflow-progress', { params: { path } }))).steps);
    },
    refetchInterval: 60_000,
    placeholderData: (before) => before,
  });
  if (!data || data.length === 0) return null;
  return (
    <p className="my-standing" role="status" data-testid="my-standing">
      <CirclePause size={15} aria-hidden />
      <span>
        <strong>You are given no new task here now.</strong> {data.join('. ')}. What you hold you can finish.
      </span>
    </p>
  );
}
