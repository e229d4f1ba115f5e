import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ScanSearch, Trash2, Upload } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { NotFound } from '~/app/not-found';
import { ago, bytes } from '~/lib/time';
import { useNow } from '~/lib/use-now';
import { useBackend } from '~/session/backend';
import { modelsQuery, useMe, useModels, type Model } from '~/session/queries';
import { Consequences } from '~/ui/consequences';
import { Button, IconButton } from '~/ui/controls';
import { Empty, Failed, Skeleton } from '~/ui/feedback';
import { toast } from '~/ui/toast';
import { UploadDialog } from './upload-dialog';
import './models.css';

/** What the smart polygon can ask, kept by the workspace's admins. */
export default function ModelsPage(): ReactNode {
  const me = useMe();
  return me.workspace_role === 'admin' ? <Models /> : <NotFound />;
}

function Models(): ReactNode {
  const models = useModels();
  const [uploading, setUploading] = useState(false);
  const [deleting, setDeleting] = useState<Model | null>(null);
  const upload = (
    <Button look="solid" icon={<Upload size={15} aria-hidden />} onClick={() => setUploading(true)}>
      Upload a model
    </Button>
  );
  return (
    <main className="page">
      <header className="page-head">
        <h1>Models</h1>
        <span className="spacer" />
        {models.data && models.data.length > 0 && upload}
      </header>
      <p className="models-about muted">
        The smart polygon asks a model of the SAM family (SAM, MobileSAM and others) that is exported to ONNX as an encoder and a
        decoder; it runs in people’s browsers, and no picture leaves them. The encoder takes one picture (
        <code>[1, 3, H, W]</code> or <code>[H, W, 3]</code>) and gives <code>image_embeddings</code>; the decoder takes those with{' '}
        <code>point_coords</code>, <code>point_labels</code>, <code>mask_input</code>, <code>has_mask_input</code> and{' '}
        <code>orig_im_size</code>, and gives <code>masks</code> and <code>iou_predictions</code>.
      </p>
      {models.data ? (
        <List models={models.data} upload={upload} onDelete={setDeleting} />
      ) : models.isError ? (
        <Failed error={models.error} retry={() => void models.refetch()} />
      ) : (
        <Skeleton height={120} className="skeleton-card" />
      )}
      {uploading && <UploadDialog onClose={() => setUploading(false)} />}
      {deleting && <DeleteDialog model={deleting} onClose={() => setDeleting(null)} />}
    </main>
  );
}

interface ListProps {
  models: readonly Model[];
  upload: ReactNode;
  onDelete: (model: Model) => void;
}

function List({ models, upload, onDelete }: ListProps): ReactNode {
  const now = useNow(30_000);
  if (models.length === 0) {
    return (
      <div className="rows">
        <Empty icon={<ScanSearch size={20} />} title="No model yet" action={upload}>
          As soon as one is here, everybody in the workspace can draw with the smart polygon.
        </Empty>
      </div>
    );
  }
  return (
    <ul className="rows" aria-label="Models">
      {models.map((model) => (
        <li key={model.id} className="model" data-testid="model-row">
          <span className="row-main">
            <strong className="truncate">{model.name}</strong>
            <small className="muted num">
              encoder {bytes(model.encoder.size)} · decoder {bytes(model.decoder.size)} · {model.created_by?.name ?? 'somebody'},{' '}
              {ago(model.created_at, now)}
            </small>
          </span>
          <IconButton label={`Delete ${model.name}`} side="left" onClick={() => onDelete(model)}>
            <Trash2 size={16} aria-hidden />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}

function DeleteDialog({ model, onClose }: { model: Model; onClose: () => void }): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => ok(api.DELETE('/api/v1/models/{model_id}', { params: { path: { model_id: model.id } } })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: modelsQuery(api).queryKey });
      toast(`${model.name} is deleted`, 'good');
      onClose();
    },
  });
  return (
    <Consequences
      title={`Delete the model ${model.name}?`}
      action="Delete"
      danger
      busy={remove.isPending}
      error={remove.error}
      onDo={() => remove.mutate()}
      onClose={onClose}
    >
      <li>Nobody can begin to use it any more; who has it loaded keeps it until they leave the page.</li>
      <li>What was drawn with it stays as it is.</li>
    </Consequences>
  );
}
