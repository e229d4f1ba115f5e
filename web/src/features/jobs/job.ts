import type { components } from '@tandem/client';

type Schemas = components['schemas'];
export type Job = Schemas['Job'];
export type JobProgress = Schemas['JobProgress'];
export type ImportFormat = Schemas['ImportFormat'];
export type ExportFormat = Schemas['ExportFormat'];

/** A job as it was read, moved on by what has been heard of it since. */
export function movedOn(job: Job, live: JobProgress | undefined): Job {
  // What has ended stays ended: what was heard may be older than what was read.
  if (!live || (job.state !== 'queued' && job.state !== 'running')) return job;
  return { ...job, state: live.state, phase: live.phase, done: live.done, total: live.total };
}

/** The states of all jobs that are told of: when it changes there is something to read. */
export const standing = (live: ReadonlyMap<string, JobProgress>): string =>
  [...live.values()].map((job) => `${job.id}:${job.state}`).join(' ');
