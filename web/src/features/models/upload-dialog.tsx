import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';

import { bytes } from '~/lib/time';
import { useBackend } from '~/session/backend';
import { modelsQuery } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { explain } from '~/ui/explain';
import { toast } from '~/ui/toast';
import { uploadModel, type NewModel, type Stage } from './upload';

/** Chooses two files and sends them. Closing the dialog while they are on their way stops that. */
export function UploadDialog({ onClose }: { onClose: () => void }): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [encoder, setEncoder] = useState<File | null>(null);
  const [decoder, setDecoder] = useState<File | null>(null);
  const [stage, setStage] = useState<Stage | null>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const start = useMutation({
    mutationFn: (model: NewModel) => {
      const stop = new AbortController();
      abort.current = stop;
      return uploadModel(api, model, setStage, stop.signal);
    },
    onSuccess: (model) => {
      void client.invalidateQueries({ queryKey: modelsQuery(api).queryKey });
      toast(`${model.name} can be used`, 'good');
      onClose();
    },
    onSettled: () => setStage(null),
  });
  const chosen = encoder && decoder && name.trim() !== '' ? { name: name.trim(), encoder, decoder } : null;
  return (
    <Dialog
      open
      onClose={onClose}
      title="Upload a model"
      description="Two ONNX files of one model. They are checked when they are there, and everybody in the workspace can use them then."
    >
      <form
        className="model-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen && !start.isPending) start.mutate(chosen);
        }}
      >
        <label className="field">
          <span>Name</span>
          <input
            className="input"
            value={name}
            maxLength={100}
            placeholder="MobileSAM"
            disabled={start.isPending}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <FileField part="encoder" about="looks at a picture, once" file={encoder} busy={start.isPending} onChange={setEncoder} />
        <FileField part="decoder" about="answers each click" file={decoder} busy={start.isPending} onChange={setDecoder} />
        {stage && encoder && decoder && <Progress stage={stage} total={encoder.size + decoder.size} />}
        {start.isError && (
          <p className="field-error" role="alert" data-testid="model-error">
            {explain(start.error).detail}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>{start.isPending ? 'Stop' : 'Not now'}</Button>
          <Button type="submit" look="solid" busy={start.isPending} disabled={chosen === null || start.isPending}>
            Upload
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface FileFieldProps {
  part: 'encoder' | 'decoder';
  about: string;
  file: File | null;
  busy: boolean;
  onChange: (file: File | null) => void;
}

function FileField({ part, about, file, busy, onChange }: FileFieldProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="field" role="group" aria-label={part}>
      <span>
        {part === 'encoder' ? 'Encoder' : 'Decoder'}: {about}
      </span>
      <div className="model-file">
        <input
          ref={input}
          type="file"
          accept=".onnx"
          hidden
          data-testid={`${part}-input`}
          onChange={(event) => onChange(event.target.files?.[0] ?? null)}
        />
        <Button icon={<FileUp size={15} aria-hidden />} disabled={busy} onClick={() => input.current?.click()}>
          {file ? `Another ${part}` : `Choose the ${part}`}
        </Button>
        {file && (
          <span className="truncate">
            {file.name} <span className="muted num">{bytes(file.size)}</span>
          </span>
        )}
      </div>
    </div>
  );
}

function Progress({ stage, total }: { stage: Stage; total: number }): ReactNode {
  return (
    <div className="model-sending" role="status" data-testid="model-progress">
      {stage.name === 'sending' ? (
        <>
          <progress max={total} value={stage.sent} aria-label="Sending the model" />
          <span className="muted num">
            {bytes(stage.sent)} of {bytes(total)}
          </span>
        </>
      ) : (
        <>
          <progress aria-label="Checking the model" />
          <span className="muted">Checking …</span>
        </>
      )}
    </div>
  );
}
