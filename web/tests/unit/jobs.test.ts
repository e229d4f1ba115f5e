import { describe, expect, it } from 'vitest';

import { movedOn, standing, type Job, type JobProgress } from '~/features/jobs/job';
import { doing, outcome, refused, share, title } from '~/features/jobs/words';

const JOB: Job = {
  id: 'j1',
  project_id: 'p1',
  kind: 'import',
  state: 'running',
  input: { format: 'coco' },
  subject: 'street.zip',
  result: null,
  error: null,
  phase: 'uploading',
  done: 50,
  total: 200,
  attempt: 1,
  is_cancelling: false,
  created_by: null,
  created_at: '2026-11-29T03:00:00Z',
  started_at: null,
  ended_at: null,
  file: null,
};
const LIVE: JobProgress = { id: 'j1', kind: 'import', state: 'running', phase: 'saving', done: 180, total: 200 };

describe('a job', () => {
  it('moves on with what is heard of it while it is open, and stays ended once it has ended', () => {
    expect(movedOn(JOB, LIVE)).toMatchObject({ phase: 'saving', done: 180 });
    expect(movedOn(JOB, undefined)).toBe(JOB);
    const ended: Job = { ...JOB, state: 'succeeded' };
    expect(movedOn(ended, LIVE)).toBe(ended);
  });

  it('is read anew when a state changes, not when it goes on', () => {
    const told = (job: JobProgress): string => standing(new Map([[job.id, job]]));
    expect(told({ ...LIVE, done: 190 })).toBe(told(LIVE));
    expect(told({ ...LIVE, state: 'succeeded' })).not.toBe(told(LIVE));
  });

  it('says what it is at', () => {
    expect(title(JOB)).toBe('Import · COCO');
    expect(title({ ...JOB, kind: 'train', input: {} })).toBe('train');
    expect([share(JOB), share({ ...JOB, total: 0 }), share({ ...JOB, done: 300 })]).toEqual([0.25, null, 1]);
    expect(doing(JOB)).toBe('Storing images, 25 %');
    expect(doing({ ...JOB, state: 'queued' })).toBe('Waits for a free worker');
    expect(doing({ ...JOB, state: 'queued', error: 'away' })).toBe('Waits for its next attempt');
    expect(doing({ ...JOB, is_cancelling: true })).toBe('Stopping …');
  });

  it('says what came of it', () => {
    const result = {
      imported: { images: 1 },
      skipped: { images: 1200 },
      refused: { total: 2, shown: [{ code: 'x', place: 'images[3]', reason: 'no such file' }, 'not a refusal'] },
    };
    const done: Job = { ...JOB, state: 'succeeded', result };
    expect(outcome(done)).toBe('1 image imported, 1,200 already there, 2 refused');
    expect(refused(done)).toEqual([{ place: 'images[3]', reason: 'no such file' }]);
    expect(refused({ ...done, result: null })).toEqual([]);
    expect(outcome({ ...done, kind: 'export', result: { bytes: 2_400_000 } })).toBe('2.4 MB; the file is not kept any longer');
  });
});
