import { useEffect } from 'react';

import { useTasks, type Task } from '~/session/queries';

/** Tasks are read a page after the other: further than this nobody leafs for a preview. */
export const REACH = 1_000;

const ALL = { status: null, q: '' } as const;

export interface Numbered {
  readonly task: Task | null;
  readonly isPending: boolean;
  readonly error: Error | null;
}

/** The task of a project with this number in its list, from 1. */
export function useTaskByNumber(projectId: string, number: number): Numbered {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage, isPending, error } = useTasks(projectId, ALL);
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  const isFurther = number > rows.length && hasNextPage;
  useEffect(() => {
    if (isFurther && !isFetchingNextPage) void fetchNextPage();
  }, [isFurther, isFetchingNextPage, fetchNextPage]);
  return { task: rows[number - 1] ?? null, isPending: isPending || isFurther, error };
}
