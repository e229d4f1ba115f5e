import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FileArchive } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';

import { bytes } from '~/lib/time';
import { useBackend } from '~/session/backend';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { explain } from '~/ui/explain';
import { importArchive } from './archive';
import type { ImportFormat } from './job';
import { jobsKey } from './queries';
import { IMPORT_FORMATS } from './words';

const isArchive = (file: File): boolean => file.name.toLowerCase().endsWith('.zip');

/** Chooses an archive and sends it. Closing the dialog while it is on its way stops that; once it is there the job goes on by itself. */
export function ImportDialog({ projectId, onClose }: { projectId: string; onClose: () => void }): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [format, setFormat] = useState<ImportFormat>('coco');
  const [annotations, setAnnotations] = useState('');
  const [suggestedBy, setSuggestedBy] = useState('');
  const [sent, setSent] = useState(0);
  const abort = useRef<AbortController | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const start = useMutation({
    mutationFn: (chosen: File) => {
      const stop = new AbortController();
      abort.current = stop;
      setSent(0);
      const wanted = { file: chosen, format, annotations: annotations.trim(), suggestedBy: suggestedBy.trim() };
      return importArchive(api, projectId, wanted, setSent, stop.signal);
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: jobsKey(projectId) });
      onClose();
    },
  });
  const wrong = file !== null && !isArchive(file) ? `${file.name} is no ZIP archive.` : null;
  return (
    <Dialog
      open
      onClose={onClose}
      title="Import a dataset"
      description="A ZIP archive with the annotations and their images. What the project has already stays as it is."
    >
      <div className="job-form">
        <input
          ref={input}
          type="file"
          accept=".zip,application/zip"
          hidden
          data-testid="archive-input"
          onChange={(event) => setFile(event.target.files?.[0] ?? null)}
        />
        <div className="job-file">
          <Button icon={<FileArchive size={15} aria-hidden />} disabled={start.isPending} onClick={() => input.current?.click()}>
            {file ? 'Another archive' : 'Choose an archive'}
          </Button>
          {file && (
            <span className="truncate">
              {file.name} <span className="muted num">{bytes(file.size)}</span>
            </span>
          )}
        </div>
        <label className="field">
          <span>Format</span>
          <select className="input" value={format} onChange={(event) => setFormat(event.target.value as ImportFormat)}>
            {IMPORT_FORMATS.map(([value, name, what]) => (
              <option key={value} value={value}>
                {name}: {what}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>Annotation file, if several in the archive could be it</span>
          <input
            className="input"
            value={annotations}
            placeholder="annotations/instances_train.json"
            onChange={(event) => setAnnotations(event.target.value)}
          />
        </label>
        <label className="field">
          <span>Model, if these are its suggestions and not finished work</span>
          <input
            className="input"
            value={suggestedBy}
            maxLength={200}
            placeholder="detector 3"
            onChange={(event) => setSuggestedBy(event.target.value)}
          />
        </label>
        {start.isPending && file && (
          <div className="job-sending">
            <progress className="job-bar" max={file.size} value={sent} aria-label={`Sending ${file.name}`} />
            <span className="muted num">
              {bytes(sent)} of {bytes(file.size)}
            </span>
          </div>
        )}
        {(wrong ?? start.isError) && (
          <p className="field-error" role="alert">
            {wrong ?? explain(start.error).detail}
          </p>
        )}
      </div>
      <div className="dialog-actions">
        <Button onClick={onClose}>{start.isPending ? 'Stop sending' : 'Not now'}</Button>
        <Button
          look="solid"
          busy={start.isPending}
          disabled={file === null || wrong !== null || start.isPending}
          onClick={() => file && start.mutate(file)}
        >
          Import
        </Button>
      </div>
    </Dialog>
  );
}
