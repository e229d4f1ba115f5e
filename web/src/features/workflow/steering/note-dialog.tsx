/** A note on tasks for whoever else steers the project. */
import { ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';

import { useBackend } from '~/session/backend';
import { explain } from '~/ui/explain';
import { Field } from '~/ui/fields';
import { toast } from '~/ui/toast';
import type { StepTask } from './actions';
import { Frame, what } from './ask-frame';

/** As the server takes it. */
const LONGEST = 4_000;

export function useAddNote() {
  const { api } = useBackend();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ tasks, text }: { tasks: readonly string[]; text: string }) => {
      for (const id of tasks)
        await ok(api.POST('/api/v1/tasks/{task_id}/notes', { params: { path: { task_id: id } }, body: { text } }));
    },
    onSettled: () => void client.invalidateQueries({ queryKey: ['notes'] }),
  });
}

export function NoteDialog({ tasks, onClose }: { tasks: readonly StepTask[]; onClose: () => void }): ReactNode {
  const [text, setText] = useState('');
  const add = useAddNote();
  return (
    <Frame
      title={`A note on ${what(tasks)}`}
      sentences={[
        'Whoever steers this project reads it on the way of the task; whoever works on it does not.',
        'It stays as it is written.',
      ]}
      yes="Add the note"
      ready={text.trim() !== '' && !add.isPending}
      onClose={onClose}
      onYes={() =>
        add.mutate(
          { tasks: tasks.map((task) => task.id), text: text.trim() },
          {
            onSuccess: () => {
              toast('The note was added', 'good');
              onClose();
            },
          },
        )
      }
    >
      <Field label="Note" error={add.isError ? explain(add.error).detail : undefined}>
        {(ids) => (
          <textarea
            {...ids}
            className="input"
            rows={4}
            maxLength={LONGEST}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
    </Frame>
  );
}
