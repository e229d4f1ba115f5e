import { useMemo, useState, type ReactNode, type SubmitEvent } from 'react';

import { KIND_NAMES } from '~/geometry/shapes';
import type { LabelDef } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { Choices, Field, TextField } from '~/ui/fields';
import { SkeletonPreview } from './skeleton-preview';
import { mirroredByName, readSkeleton, TEMPLATES, writeSkeleton, type Pair, type SkeletonText } from './skeletons';
import './label-dialog.css';

type Kind = keyof typeof KIND_NAMES;
const KINDS = Object.entries(KIND_NAMES) as [Kind, string][];

interface LabelDialogProps {
  label: LabelDef;
  others: readonly LabelDef[];
  busy: boolean;
  error: string | null;
  onSave: (label: LabelDef) => void;
  onClose: () => void;
}

/** What a label is beside its name and colour: its key, the shapes it may have, its skeleton. */
export function LabelDialog({ label, others, busy, error, onSave, onClose }: LabelDialogProps): ReactNode {
  const [key, setKey] = useState(label.hotkey ?? undefined);
  const [kinds, setKinds] = useState<readonly string[]>(label.kinds ?? []);
  const [text, setText] = useState(() =>
    writeSkeleton({
      keypoints: label.keypoints ?? [],
      skeleton: (label.skeleton ?? []) as unknown as readonly Pair[],
      symmetry: (label.symmetry ?? []) as unknown as readonly Pair[],
    }),
  );
  const read = useMemo(() => readSkeleton(text), [text]);
  const takenBy = others.find(({ hotkey }) => key !== undefined && hotkey?.toLowerCase() === key.toLowerCase());
  const keyError =
    key !== undefined && Array.from(key).length !== 1
      ? 'One key, such as 1 or k'
      : takenBy
        ? `${takenBy.name} has this key`
        : undefined;
  const isWrong = keyError !== undefined || Object.keys(read.wrong).length > 0;
  const takesPoints = kinds.length === 0 || kinds.includes('keypoints');
  const before = label.keypoints?.length ?? 0;
  const save = (event: SubmitEvent): void => {
    event.preventDefault();
    if (isWrong) return;
    const pairs = (list: readonly Pair[]): number[][] => list.map((pair) => [...pair]);
    onSave({
      ...label,
      hotkey: key?.toLowerCase() ?? null,
      kinds: KINDS.map(([kind]) => kind).filter((kind) => kinds.includes(kind)),
      keypoints: [...read.keypoints],
      skeleton: pairs(read.skeleton),
      symmetry: pairs(read.symmetry),
    });
  };
  return (
    <Dialog open wide onClose={onClose} title={`Settings of ${label.name}`}>
      <form className="label-form" onSubmit={save}>
        <TextField
          label="Key in the workbench"
          value={key}
          error={keyError}
          hint="Empty: none. A letter that is a command there gives way to the label."
          onChange={setKey}
        />
        <Choices legend="Shapes it may have; none chosen: every shape" chosen={kinds} options={KINDS} onChange={setKinds} />
        {takesPoints && (
          <fieldset className="skeleton-form">
            <legend>Skeleton</legend>
            <div className="toolbar">
              {TEMPLATES.map((template) => (
                <Button key={template.name} onClick={() => setText(writeSkeleton(template))}>
                  {template.name}
                </Button>
              ))}
            </div>
            <div className="skeleton-fields">
              <div>
                <Rows
                  label="Points, one a line, in the order they are placed"
                  value={text.points}
                  error={read.wrong.points}
                  onChange={(points) => setText({ ...text, points })}
                />
                <Rows
                  label="Lines, such as nose - left_eye"
                  value={text.lines}
                  error={read.wrong.lines}
                  onChange={(lines) => setText({ ...text, lines })}
                />
                <Rows
                  label="Mirror images, such as left_eye - right_eye"
                  value={text.mirrors}
                  error={read.wrong.mirrors}
                  onChange={(mirrors) => setText({ ...text, mirrors })}
                />
                <Button
                  disabled={mirroredByName(read.keypoints).length === 0}
                  onClick={() => setText(paired(text, read.keypoints))}
                >
                  Pair left and right by name
                </Button>
              </div>
              {read.keypoints.length > 0 && <SkeletonPreview skeleton={read} color={label.color} />}
            </div>
            {before > 0 && before !== read.keypoints.length && (
              <p className="field-error">
                Skeletons that are drawn already have {before} points: with another number they cannot be submitted again.
              </p>
            )}
          </fieldset>
        )}
        {error && (
          <p className="field-error" role="alert">
            {error}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>Not now</Button>
          <Button type="submit" look="solid" busy={busy} disabled={isWrong}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const paired = (text: SkeletonText, keypoints: readonly string[]): SkeletonText => ({
  ...text,
  mirrors: writeSkeleton({ keypoints, skeleton: [], symmetry: mirroredByName(keypoints) }).mirrors,
});

interface RowsProps {
  label: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

const Rows = ({ label, value, error, onChange }: RowsProps): ReactNode => (
  <Field label={label} error={error}>
    {(ids) => (
      <textarea {...ids} className="input input-mono" rows={5} value={value} onChange={(event) => onChange(event.target.value)} />
    )}
  </Field>
);
