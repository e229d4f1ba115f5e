/** Questions about the whole image, written down beside the labels of regions. */
import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';

import { layoutsKey } from '~/features/layouts/queries';
import { useBackend } from '~/session/backend';
import type { Project } from '~/session/queries';
import { Button, IconButton } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { explain } from '~/ui/explain';
import { Field } from '~/ui/fields';
import { toast } from '~/ui/toast';
import { imageTagsLayout, missingOf, tagsIn, type TagQuestion } from './image-tags';

interface Written {
  readonly id: number;
  readonly name: string;
  readonly tags: string;
  readonly several: boolean;
  readonly required: boolean;
}

const empty = (id: number): Written => ({ id, name: '', tags: '', several: false, required: false });
const questionOf = ({ name, tags, several, required }: Written): TagQuestion => ({ name, tags: tagsIn(tags), several, required });

export function ImageTagsDialog({ project, onClose }: { project: Project; onClose: () => void }): ReactNode {
  const [questions, setQuestions] = useState<readonly Written[]>([empty(0)]);
  const [tried, setTried] = useState(false);
  const save = useSave(project, onClose);
  const change = (id: number, to: Partial<Written>): void =>
    setQuestions(questions.map((question) => (question.id === id ? { ...question, ...to } : question)));
  const submit = (): void => {
    setTried(true);
    const all = questions.map(questionOf);
    if (all.every((question) => missingOf(question) === null)) save.mutate(all);
  };
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Tags of the whole image"
      description="What is asked about every image as a whole, beside its regions. Tags get the digits that no label has as their keys. Tasks that were begun already go on as before."
    >
      {questions.map((question, at) => (
        <Question
          key={question.id}
          question={question}
          problem={tried ? missingOf(questionOf(question)) : null}
          onChange={(to) => change(question.id, to)}
          {...(questions.length > 1 ? { onRemove: () => setQuestions(questions.filter(({ id }) => id !== question.id)) } : {})}
          number={at + 1}
        />
      ))}
      <Button
        icon={<Plus size={15} aria-hidden />}
        onClick={() => setQuestions([...questions, empty(Math.max(...questions.map(({ id }) => id)) + 1)])}
      >
        Another question
      </Button>
      {save.isError && (
        <p className="field-error" role="alert">
          {explain(save.error).detail}
        </p>
      )}
      <div className="dialog-actions">
        <Button onClick={onClose}>Not now</Button>
        <Button look="solid" busy={save.isPending} onClick={submit}>
          Ask this
        </Button>
      </div>
    </Dialog>
  );
}

interface QuestionProps {
  question: Written;
  number: number;
  problem: string | null;
  onChange: (to: Partial<Written>) => void;
  onRemove?: () => void;
}

function Question({ question, number, problem, onChange, onRemove }: QuestionProps): ReactNode {
  return (
    <fieldset className="tag-question">
      <legend className="sr-only">Question {number}</legend>
      <div className="tag-question-head">
        <Field label="Name">
          {(ids) => (
            <input
              {...ids}
              className="input"
              placeholder="Weather"
              maxLength={100}
              value={question.name}
              onChange={(event) => onChange({ name: event.target.value })}
            />
          )}
        </Field>
        {onRemove && (
          <IconButton label={`Remove question ${number}`} onClick={onRemove}>
            <Trash2 size={15} aria-hidden />
          </IconButton>
        )}
      </div>
      <Field label="Tags, with commas between them" {...(problem === null ? {} : { error: problem })}>
        {(ids) => (
          <input
            {...ids}
            className="input"
            placeholder="sunny, cloudy, rainy"
            maxLength={2000}
            value={question.tags}
            onChange={(event) => onChange({ tags: event.target.value })}
          />
        )}
      </Field>
      <div className="tag-question-rules">
        <label>
          <input type="checkbox" checked={question.several} onChange={(event) => onChange({ several: event.target.checked })} />{' '}
          Several may be chosen
        </label>
        <label>
          <input type="checkbox" checked={question.required} onChange={(event) => onChange({ required: event.target.checked })} />{' '}
          Must be answered
        </label>
      </div>
    </fieldset>
  );
}

/** A layout that is active from now on. What the server does not take stays a draft on the Layout tab, so it is thrown away. */
function useSave(project: Project, onDone: () => void) {
  const { api } = useBackend();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (questions: readonly TagQuestion[]) => {
      const source = imageTagsLayout(questions, project.label_schema.labels);
      const draft = await ok(
        api.POST('/api/v1/projects/{project_id}/layouts', {
          params: { path: { project_id: project.id } },
          body: { name: 'Regions and tags of the image', source },
        }),
      );
      const path = { project_id: project.id, layout_id: draft.id };
      try {
        await ok(api.POST('/api/v1/projects/{project_id}/layouts/{layout_id}/activate', { params: { path } }));
      } catch (error) {
        await api.DELETE('/api/v1/projects/{project_id}/layouts/{layout_id}', { params: { path } });
        throw error;
      }
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: layoutsKey(project.id) });
      // Of tasks that nobody has begun the workbench may have what was asked before.
      void client.invalidateQueries({ queryKey: ['layout'] });
      toast('Asked about every image from now on', 'good');
      onDone();
    },
  });
}
