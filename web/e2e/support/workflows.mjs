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
