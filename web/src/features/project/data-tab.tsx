import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, RotateCw, UploadCloud, X } from 'lucide-react';
import { useMemo, useRef, useState, type DragEvent, type ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { bytes } from '~/lib/time';
import { useStore } from '~/lib/use-store';
import { useBackend } from '~/session/backend';
import type { Project } from '~/session/queries';
import { Button, IconButton } from '~/ui/controls';
import { toast, toastError } from '~/ui/toast';
import { Uploads, type Upload } from './uploads';

const BULK = 1000;

export function DataTab({ project }: { project: Project }): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const uploads = useMemo(() => new Uploads(api, project.id), [api, project.id]);
  const list = useStore(uploads.list);
  const ready = list.filter((upload) => upload.state === 'ready');
  const create = useMutation({
    mutationFn: async (done: typeof ready) => {
      for (let start = 0; start < done.length; start += BULK) {
        const tasks = done.slice(start, start + BULK).map((upload) => ({ asset_id: upload.asset.id }));
        await ok(
          api.POST('/api/v1/projects/{project_id}/tasks', {
            params: { path: { project_id: project.id } },
            body: { tasks },
          }),
        );
      }
      return done;
    },
    onSuccess: (done) => {
      uploads.clear(new Set(done.map((upload) => upload.key)));
      void client.invalidateQueries({ queryKey: ['tasks', project.id] });
      void client.invalidateQueries({ queryKey: ['project', project.id] });
      toast(done.length === 1 ? '1 task created' : `${done.length} tasks created`, 'good');
    },
    onError: toastError,
  });
  return (
    <section className="panel" aria-label="Data">
      <DropZone onFiles={(files) => uploads.add(files)} />
      {list.length > 0 && (
        <>
          <div className="toolbar">
            <strong className="num">
              {ready.length} of {list.length} uploaded
            </strong>
            <span className="spacer" />
            <Button look="solid" disabled={ready.length === 0} busy={create.isPending} onClick={() => create.mutate(ready)}>
              {ready.length === 1 ? 'Create 1 task' : `Create ${ready.length} tasks`}
            </Button>
          </div>
          <ul className="rows uploads">
            {list.map((upload) => (
              <UploadRow key={upload.key} upload={upload} uploads={uploads} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function DropZone({ onFiles }: { onFiles: (files: File[]) => void }): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    onFiles([...event.dataTransfer.files]);
  };
  return (
    <div
      className={cx('drop', over && 'drop-over')}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <UploadCloud size={24} aria-hidden />
      <strong>Drop images here</strong>
      <span className="muted">JPEG, PNG, WebP. Each is checked on arrival; its rotation is read from the file.</span>
      <Button onClick={() => input.current?.click()}>Choose files</Button>
      <input
        ref={input}
        type="file"
        multiple
        accept="image/*"
        hidden
        data-testid="file-input"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </div>
  );
}

function UploadRow({ upload, uploads }: { upload: Upload; uploads: Uploads }): ReactNode {
  const running = upload.state === 'waiting' || upload.state === 'sending' || upload.state === 'checking';
  const again = upload.state === 'refused' || upload.state === 'cancelled';
  return (
    <li className="upload">
      {upload.state === 'ready' && <CircleCheck size={16} className="good-text" aria-hidden />}
      {upload.state === 'refused' && <CircleAlert size={16} className="bad-text" aria-hidden />}
      <span className="row-main">
        <span className="truncate">{upload.name}</span>
        {upload.state === 'refused' && <small className="bad-text">{upload.why}</small>}
        {upload.state === 'sending' && (
          <progress className="upload-bar" max={upload.size} value={upload.sent} aria-label={`Sending ${upload.name}`} />
        )}
      </span>
      <span className="muted num upload-state">{says(upload)}</span>
      {running && (
        <IconButton label={`Cancel ${upload.name}`} onClick={() => uploads.cancel(upload.key)}>
          <X size={15} aria-hidden />
        </IconButton>
      )}
      {again && (
        <IconButton label={`Try ${upload.name} again`} onClick={() => uploads.retry(upload.key)}>
          <RotateCw size={15} aria-hidden />
        </IconButton>
      )}
    </li>
  );
}

function says(upload: Upload): string {
  switch (upload.state) {
    case 'waiting':
      return 'Waiting';
    case 'sending':
      return `${bytes(upload.sent)} of ${bytes(upload.size)}`;
    case 'checking':
      return 'Checking …';
    case 'ready':
      return `${upload.asset.width ?? '?'} × ${upload.asset.height ?? '?'}`;
    case 'refused':
      return 'Refused';
    case 'cancelled':
      return 'Cancelled';
  }
}
