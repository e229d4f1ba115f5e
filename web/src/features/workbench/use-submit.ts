import { ApiError, ok, type TaskRoom } from '@tandem/client';
import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';
import { useLocation } from 'wouter';

import { useBackend } from '~/session/backend';
import type { Work } from '~/session/queries';
import { toast, toastError } from '~/ui/toast';
import type { Activity } from './activity';
import { answeredLeases, handingIn, leaving } from './answered';
import { release, skip, type Held } from './lease';
import { useOpenWork } from './open-work';
import { expectNext } from './rooms-ahead';
import { saved } from './saved';

/** By then the next screen is there. */
const LEFT_MS = 1_000;

/** Until it is answered: the lease ends because I say so, and another may be given to me before the answer is read. */
export async function endLease<T>(taskId: string, held: Held, answer: Promise<T>): Promise<T> {
  const done = expectNext();
  leaving.add(held.assignmentId);
  handingIn.add(taskId);
  try {
    const answered = await answer;
    setTimeout(() => {
      leaving.delete(held.assignmentId);
      handingIn.delete(taskId);
    }, LEFT_MS);
    return answered;
  } catch (error) {
    leaving.delete(held.assignmentId);
    handingIn.delete(taskId);
    throw error;
  } finally {
    done();
  }
}

export interface TaskActions {
  readonly submit: UseMutationResult<unknown, unknown, Held>;
  readonly skip: UseMutationResult<unknown, unknown, { held: Held; reason: string }>;
  readonly release: UseMutationResult<unknown, unknown, Held>;
  /** My work here is done: to the next piece, or back to the project. */
  readonly onward: (next: Work | null | undefined) => Promise<void>;
}

/** What ends my work on a task. */
export function useTaskActions(projectId: string, taskId: string, room: TaskRoom | null, activity: Activity): TaskActions {
  const { api, live } = useBackend();
  const client = useQueryClient();
  const [, go] = useLocation();
  const open = useOpenWork();

  const left = (): void => {
    answeredLeases.set(taskId, null);
    // Nobody looks at them any more: they are read anew when somebody does, and not while the next task opens.
    void client.invalidateQueries({ queryKey: ['task', taskId], refetchType: 'none' });
    void client.invalidateQueries({ queryKey: ['tasks', projectId], refetchType: 'none' });
  };
  const onward = async (next: Work | null | undefined): Promise<void> => {
    // The screen that is left asks for nothing any more while the next one opens. Where that is another step of the same task, its lease is the new one.
    if (next && next.task.id !== taskId) {
      await open(next);
      left();
      return;
    }
    handingIn.delete(taskId);
    left();
    if (next) await open(next);
    else {
      toast('No more tasks are free in this project', 'good');
      go(`/projects/${projectId}`);
    }
  };
  const takeNext = async (): Promise<Work | null | undefined> =>
    (await ok(api.POST('/api/v1/projects/{project_id}/next', { params: { path: { project_id: projectId } } }))).work;

  return {
    onward,
    submit: useMutation({
      mutationFn: async (held: Held) => {
        if (!room) throw new Error('The document is not open yet.');
        await saved(room, live);
        return endLease(taskId, held, submitted(held, room));
      },
      onSuccess: ({ next }) => onward(next),
      onError: toastError,
    }),
    skip: useMutation({
      mutationFn: async ({ held, reason }: { held: Held; reason: string }) => {
        return endLease(taskId, held, skip(api, held, reason).then(takeNext));
      },
      onSuccess: onward,
      onError: toastError,
    }),
    release: useMutation({
      mutationFn: (held: Held) => release(api, held),
      onSuccess: () => {
        left();
        toast('Given back. What you drew stays in the document.');
        go(`/projects/${projectId}`);
      },
      onError: toastError,
    }),
  };

  async function submitted(held: Held, from: TaskRoom, attempt = 1): Promise<{ next?: Work | null }> {
    try {
      return await ok(
        api.POST('/api/v1/assignments/{assignment_id}/submit', {
          params: { path: { assignment_id: held.assignmentId } },
          body: {
            fencing_token: held.fencingToken,
            state_vector: from.stateVector(),
            time_spent_ms: activity.spentMs(),
            and_next: true,
          },
        }),
      );
    } catch (error) {
      // Our edits are on their way to the server's document: that is a matter of milliseconds.
      if (error instanceof ApiError && error.code === 'document_behind' && attempt < 4) {
        await new Promise((done) => setTimeout(done, 150 * attempt));
        return submitted(held, from, attempt + 1);
      }
      throw error;
    }
  }
}
