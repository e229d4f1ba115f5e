import assert from 'node:assert/strict';

/** Two answer without seeing one another, and a third decides. */
export const TWO_AND_ADJUDICATOR = {
  id: 'two-and-adjudicator',
  name: 'Two annotators, then an adjudicator',
  steps: [
    {
      id: 'annotate',
      name: 'Annotate',
      type: 'annotation',
      completion: { type: 'annotation_count', count: 2, unique_annotators: true },
    },
    { id: 'adjudicate', name: 'Adjudicate', type: 'adjudication' },
  ],
  transitions: [
    { from: 'annotate', to: 'adjudicate' },
    { from: 'adjudicate', to: 'completed' },
  ],
};

/** A project works by this workflow from now on, with the tasks that it has. */
export async function workOn(admin, project, workflow) {
  const made = await admin.api('POST', `/projects/${project.id}/workflows`, workflow);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const active = await admin.api('POST', `/workflows/${made.body.id}/activate`);
  assert.equal(active.status, 200, JSON.stringify(active.body));
  const moved = await admin.api('POST', `/workflows/${made.body.id}/migrate`, { dry_run: false });
  assert.equal(moved.status, 200, JSON.stringify(moved.body));
}
