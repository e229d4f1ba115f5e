import { ok, type components } from '@tandem/client';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type SubmitEvent, type ReactNode } from 'react';
import { Link } from 'wouter';

import { KIND_NAMES } from '~/geometry/shapes';
import { useSettled } from '~/lib/use-settled';
import { useBackend } from '~/session/backend';
import type { LabelDef, Project } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { explain } from '~/ui/explain';
import { Skeleton } from '~/ui/feedback';
import { toast } from '~/ui/toast';
import { effects, verb } from './relabel-words';
import './relabel.css';

type Preview = components['schemas']['RelabelPreview'];

/** Between the last key and the question what the name would change. */
const PAUSE = 250;

interface RelabelDialogProps {
  project: Project;
  label: LabelDef;
  onClose: () => void;
}

/** Gives a label another name, or makes it one with another; says beforehand what of the stored work that changes. */
export function RelabelDialog({ project, label, onClose }: RelabelDialogProps): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const names = useId();
  const [to, setTo] = useState(label.name);
  const wanted = useSettled(to.trim(), PAUSE);
  const isOther = wanted !== '' && wanted !== label.name;
  const found = useQuery({
    queryKey: ['relabel', project.id, label.name, wanted],
    enabled: isOther,
    placeholderData: keepPreviousData,
    queryFn: () =>
      ok(
        api.GET('/api/v1/projects/{project_id}/relabel-preview', {
          params: { path: { project_id: project.id }, query: { from: label.name, to: wanted } },
        }),
      ),
  });
  const start = useMutation({
    mutationFn: () =>
      ok(
        api.POST('/api/v1/projects/{project_id}/jobs', {
          params: { path: { project_id: project.id } },
          body: { kind: 'relabel', input: { from: label.name, to: wanted } },
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['project', project.id] });
      void client.invalidateQueries({ queryKey: ['jobs', project.id] });
      toast(`${label.name} is ${wanted} now. Stored work follows; the Jobs tab shows how far it is.`, 'good');
      onClose();
    },
  });
  const preview = isOther && to.trim() === wanted ? found.data : undefined;
  const change = found.isPlaceholderData ? null : (preview?.change ?? null);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (change) start.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Rename or merge ${label.name}`}
      description="Work that is stored follows, drafts and history too. Whoever is drawing at this moment goes on undisturbed."
    >
      <form className="relabel" onSubmit={submit}>
        <label className="field">
          <span>New name, or another label to merge it into</span>
          <input
            className="input"
            list={names}
            maxLength={100}
            autoFocus
            value={to}
            onChange={(event) => setTo(event.target.value)}
          />
          <datalist id={names}>
            {project.label_schema.labels
              .filter(({ name }) => name !== label.name)
              .map(({ name }) => (
                <option key={name} value={name} />
              ))}
          </datalist>
        </label>
        <div className="relabel-preview" aria-live="polite">
          {isOther && found.isPending && <Skeleton height={64} />}
          {isOther && found.isError && <p className="field-error">{explain(found.error).detail}</p>}
          {preview && <Effects preview={preview} from={label} to={wanted} project={project} />}
        </div>
        {start.isError && (
          <p className="field-error" role="alert">
            {explain(start.error).detail}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="solid" busy={start.isPending} disabled={!change || start.isPending}>
            {verb(change)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface EffectsProps {
  preview: Preview;
  from: LabelDef;
  to: string;
  project: Project;
}

function Effects({ preview, from, to, project }: EffectsProps): ReactNode {
  const projectId = project.id;
  const other = project.label_schema.labels.find(({ name }) => name === to);
  const most = preview.kinds[0]?.regions ?? 0;
  return (
    <>
      <p className="relabel-what">
        <i className="swatch" style={{ background: from.color }} aria-hidden /> {from.name} <span aria-label="becomes">→</span>
        <i className="swatch" style={{ background: other?.color ?? from.color }} aria-hidden /> {to}
      </p>
      {preview.problems.map(({ field, rule, message }) => (
        <p key={`${field} ${rule} ${message}`} className="field-error" role="alert">
          {message[0]?.toUpperCase()}
          {message.slice(1)}.
        </p>
      ))}
      <ul className="relabel-effects">
        {effects(preview, from.name, to).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {preview.kinds.length > 0 && (
        <ul className="relabel-kinds" aria-label="Regions by shape">
          {preview.kinds.map(({ kind, regions, fits }) => (
            <li key={kind} className={fits ? undefined : 'bad-text'}>
              <span>{KIND_NAMES[kind]}</span>
              <i className="relabel-bar" style={{ width: `${(100 * regions) / most}%` }} aria-hidden />
              <span className="num">{regions.toLocaleString('en')}</span>
              {!fits && <small>not taken by {to}</small>}
            </li>
          ))}
        </ul>
      )}
      {preview.samples.length > 0 && (
        <p className="muted relabel-samples">
          For example{' '}
          {preview.samples.map(({ task_id, name, regions }, index) => (
            <span key={task_id}>
              {index > 0 && ', '}
              <Link href={`/projects/${projectId}/tasks/${task_id}`} target="_blank">
                {name}
              </Link>{' '}
              ({regions})
            </span>
          ))}
        </p>
      )}
    </>
  );
}
