import { bytes } from '~/lib/time';
import type { ExportFormat, ImportFormat, Job } from './job';

export const IMPORT_FORMATS: readonly (readonly [ImportFormat, string, string])[] = [
  ['coco', 'COCO', 'one JSON file beside the images'],
  ['labelme', 'LabelMe', 'a JSON file for each image'],
  ['jsonl', 'JSON Lines', 'as an export writes it, with the images'],
];

export const EXPORT_FORMATS: readonly (readonly [ExportFormat, string, string])[] = [
  ['coco', 'COCO', 'one JSON file for other tools'],
  ['jsonl', 'JSON Lines', 'a line for each image, complete and exact'],
];

const FORMATS: Record<string, string> = { coco: 'COCO', labelme: 'LabelMe', jsonl: 'JSON Lines' };
const KINDS: Record<string, string> = { import: 'Import', export: 'Export', relabel: 'Label' };

const PHASES: Record<string, string> = {
  fetching: 'Fetching the archive',
  unpacking: 'Unpacking',
  reading: 'Reading',
  checking: 'Checking images and shapes',
  uploading: 'Storing images',
  saving: 'Saving',
  writing: 'Writing',
  storing: 'Storing the file',
  documents: 'Going through work that is not done',
  workflows: 'Going through workflows',
  annotations: 'Going through annotations',
};

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** `Import · COCO`. */
export function title(job: Job): string {
  const format = field(job.input, 'format');
  const kind = KINDS[job.kind] ?? job.kind;
  return typeof format === 'string' ? `${kind} · ${FORMATS[format] ?? format}` : kind;
}

/** How far it is, from 0 to 1; null where that cannot be said yet. */
export const share = (job: Job): number | null => (job.total > 0 ? Math.min(1, job.done / job.total) : null);

/** What an open job is at. */
export function doing(job: Job): string {
  if (job.is_cancelling) return 'Stopping …';
  if (job.state === 'queued') return job.error ? 'Waits for its next attempt' : 'Waits for a free worker';
  const phase = job.phase ? (PHASES[job.phase] ?? job.phase) : 'Starting';
  const part = share(job);
  return part === null ? `${phase} …` : `${phase}, ${Math.floor(part * 100)} %`;
}

const images = (n: number): string => (n === 1 ? '1 image' : `${n.toLocaleString('en')} images`);

/** What came of a job that ended well, in a sentence. */
export function outcome(job: Job): string {
  if (job.kind === 'export') {
    const size = number(field(job.result, 'bytes'));
    return job.file
      ? `${bytes(size)}, kept until ${new Date(job.file.expires_at).toLocaleDateString()}`
      : `${bytes(size)}; the file is not kept any longer`;
  }
  if (job.kind === 'relabel') return relabelled(job);
  if (job.kind !== 'import') return 'Done';
  const imported = field(job.result, 'imported');
  const parts = [`${images(number(field(imported, 'images')))} imported`];
  const there = number(field(field(job.result, 'skipped'), 'images'));
  if (there > 0) parts.push(`${there.toLocaleString('en')} already there`);
  const refused = number(field(field(job.result, 'refused'), 'total'));
  if (refused > 0) parts.push(`${refused.toLocaleString('en')} refused`);
  return parts.join(', ');
}

function relabelled({ result }: Job): string {
  const of = (name: string, one: string): string => {
    const n = number(field(result, name));
    return `${n.toLocaleString('en')} ${one}${n === 1 ? '' : 's'}`;
  };
  const said = `${of('regions', 'region')} in ${of('annotations', 'annotation')} and ${of('documents', 'draft')} changed`;
  const full = number(field(result, 'full_documents'));
  return full > 0 ? `${said}; ${of('full_documents', 'document')} too large to change, understood as they are` : said;
}

export interface Refused {
  readonly place: string;
  readonly reason: string;
}

/** The first records that an import refused, each with its reason. */
export function refused(job: Job): readonly Refused[] {
  const shown = field(field(job.result, 'refused'), 'shown');
  if (!Array.isArray(shown)) return [];
  return shown.flatMap((entry: unknown) => {
    const [place, reason] = [field(entry, 'place'), field(entry, 'reason')];
    return typeof place === 'string' && typeof reason === 'string' ? [{ place, reason }] : [];
  });
}
