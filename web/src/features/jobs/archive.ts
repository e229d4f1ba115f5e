import { ok, type Api } from '@tandem/client';

import { putWithProgress, type Put } from '~/lib/put';
import type { ImportFormat, Job } from './job';

export interface ArchiveImport {
  readonly file: File;
  readonly format: ImportFormat;
  /** The annotation file in it, where there are several it could be. */
  readonly annotations: string;
  /** The model that found the regions, which then are suggestions; empty: they are the work itself. */
  readonly suggestedBy: string;
}

/** Sends an archive and starts its import; the job goes on without this page. */
export async function importArchive(
  api: Api,
  projectId: string,
  { file, format, annotations, suggestedBy }: ArchiveImport,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
  put: Put = putWithProgress,
): Promise<Job> {
  const path = { project_id: projectId };
  const asked = await ok(
    api.POST('/api/v1/projects/{project_id}/job-files', {
      params: { path },
      body: { filename: file.name, size: file.size },
      signal,
    }),
  );
  await put(asked.upload, file, onSent, signal);
  const input = {
    format,
    file_id: asked.file.id,
    ...(annotations === '' ? {} : { annotations }),
    ...(suggestedBy === '' ? {} : { suggested_by: suggestedBy }),
  };
  return ok(api.POST('/api/v1/projects/{project_id}/jobs', { params: { path }, body: { kind: 'import', input }, signal }));
}
