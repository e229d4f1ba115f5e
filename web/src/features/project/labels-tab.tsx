import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Pencil, Plus, SlidersHorizontal, Tags, Trash2 } from 'lucide-react';
import { useState, type SubmitEvent, type ReactNode } from 'react';

import { KIND_NAMES } from '~/geometry/shapes';
import { freeLabelKey } from '~/hotkeys/registry';
import { useBackend } from '~/session/backend';
import { useMay, type LabelDef, type Project } from '~/session/queries';
import { Button, IconButton, Kbd } from '~/ui/controls';
import { explain } from '~/ui/explain';
import { Empty } from '~/ui/feedback';
import { toast } from '~/ui/toast';
import { ImageTagsSection } from './image-tags-section';
import { LabelDialog } from './label-dialog';
import { RelabelDialog } from './relabel-dialog';

const PALETTE = ['#e5484d', '#f0884a', '#e2a336', '#46a758', '#12a594', '#3e8ede', '#5b5bd6', '#a35bd1', '#d6409f', '#8d7b68'];

const replaced = (labels: readonly LabelDef[], changed: LabelDef): LabelDef[] =>
  labels.map((label) => (label.name === changed.name ? changed : label));

export function LabelsTab({ project }: { project: Project }): ReactNode {
  const { api } = useBackend();
  const client = useQueryClient();
  const may = useMay(project.id);
  const editable = may('project.update');
  const labels = project.label_schema.labels;
  const [name, setName] = useState('');
  const [editing, setEditing] = useState<LabelDef | null>(null);
  const [relabelling, setRelabelling] = useState<LabelDef | null>(null);
  const save = useMutation({
    mutationFn: (next: LabelDef[]) =>
      ok(
        api.PATCH('/api/v1/projects/{project_id}', {
          params: { path: { project_id: project.id } },
          body: { label_schema: { labels: next } },
        }),
      ),
    onSuccess: (saved) => {
      client.setQueryData(['project', project.id], saved);
      toast('Labels saved', 'good');
    },
  });
  const add = (event: SubmitEvent): void => {
    event.preventDefault();
    const color = PALETTE[labels.length % PALETTE.length] ?? '#5b5bd6';
    const label: LabelDef = {
      name: name.trim(),
      color,
      hotkey: freeLabelKey(labels),
      kinds: [],
      keypoints: [],
      skeleton: [],
      symmetry: [],
      supercategory: null,
      formerly: [],
    };
    save.mutate([...labels, label], { onSuccess: () => setName('') });
  };
  const recolor = (target: LabelDef, color: string): void => {
    if (color !== target.color) save.mutate(replaced(labels, { ...target, color }));
  };
  return (
    <>
      <section className="panel" aria-label="Labels">
        {labels.length === 0 ? (
          <Empty icon={<Tags size={20} />} title="No label yet">
            Labels are what people give to regions: car, person, tree …
          </Empty>
        ) : (
          <ul className="rows">
            {labels.map((label) => (
              <li key={label.name} className="label-row">
                {editable ? (
                  <input
                    type="color"
                    className="swatch-input"
                    defaultValue={label.color}
                    aria-label={`Colour of ${label.name}`}
                    onBlur={(event) => recolor(label, event.target.value)}
                  />
                ) : (
                  <i className="swatch" style={{ background: label.color }} aria-hidden />
                )}
                <strong className="truncate">{label.name}</strong>
                {label.formerly && label.formerly.length > 0 && (
                  <small className="muted truncate">formerly {label.formerly.join(', ')}</small>
                )}
                {label.hotkey && <Kbd keys={label.hotkey} />}
                <span className="spacer" />
                <span className="muted">
                  {label.kinds && label.kinds.length > 0 ? label.kinds.map((kind) => KIND_NAMES[kind]).join(', ') : 'Every shape'}
                </span>
                {editable && (
                  <IconButton label={`Settings of ${label.name}: key, shapes, skeleton`} onClick={() => setEditing(label)}>
                    <SlidersHorizontal size={15} aria-hidden />
                  </IconButton>
                )}
                {editable && (
                  <IconButton label={`Rename or merge ${label.name}`} onClick={() => setRelabelling(label)}>
                    <Pencil size={15} aria-hidden />
                  </IconButton>
                )}
                {editable && (
                  <IconButton
                    label={`Remove ${label.name}`}
                    disabled={save.isPending}
                    onClick={() => save.mutate(labels.filter((other) => other.name !== label.name))}
                  >
                    <Trash2 size={15} aria-hidden />
                  </IconButton>
                )}
              </li>
            ))}
          </ul>
        )}
        {editable && (
          <form className="toolbar" onSubmit={add}>
            <input
              className="input input-short"
              placeholder="New label"
              aria-label="Name of the new label"
              maxLength={100}
              required
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
            <Button type="submit" icon={<Plus size={15} aria-hidden />} busy={save.isPending} disabled={name.trim() === ''}>
              Add label
            </Button>
          </form>
        )}
        {editing && (
          <LabelDialog
            label={editing}
            others={labels.filter(({ name: other }) => other !== editing.name)}
            busy={save.isPending}
            error={save.isError ? explain(save.error).detail : null}
            onSave={(changed) => save.mutate(replaced(labels, changed), { onSuccess: () => setEditing(null) })}
            onClose={() => setEditing(null)}
          />
        )}
        {relabelling && <RelabelDialog project={project} label={relabelling} onClose={() => setRelabelling(null)} />}
        {save.isError && (
          <p className="field-error" role="alert">
            {explain(save.error).detail}
          </p>
        )}
      </section>
      {may('layout.write') && <ImageTagsSection project={project} />}
    </>
  );
}
