/** Workflows of the world in memory: two versions, counts, and a check that knows two rules. */
import type { UserSummary, WorkflowSnapshot } from '@tandem/client';
import { anna, ben, chloe, uuid } from './world';

interface Form {
  id: string;
  name: string;
  steps: { id: string; timeout?: string }[];
  transitions?: { from: string; to: string }[];
}

const step = (id: string, name: string, type: string, more: object = {}): object => ({ id, name, type, ...more });
const go = (from: string, to: string, condition?: object): object => ({ from, to, ...(condition ? { condition } : {}) });
const on = (type: string, more: object = {}): object => ({ type, ...more });

const first = {
  id: 'street-scenes',
  name: 'Street scenes',
  steps: [step('draw', 'Draw boxes', 'annotation'), step('review', 'Review', 'review')],
  transitions: [
    go('draw', 'review', on('sample', { rate: 0.1 })),
    go('draw', 'completed'),
    go('review', 'completed', on('on_decision', { decision: 'approve' })),
    go('review', 'draw'),
  ],
};

const second = {
  id: 'street-scenes',
  name: 'Street scenes',
  steps: [
    step('suggest', 'Suggest boxes', 'model', { handler: 'yolo-street', retry: { max_attempts: 3, delay: 'PT5M' } }),
    step('draw', 'Draw boxes', 'annotation', {
      completion: { type: 'annotation_count', count: 3 },
      timeout: 'P2D',
      assignment: { required_skills: [{ name: 'traffic', min_proficiency: 'intermediate' }] },
      consensus: { metric: 'agreement:iou', threshold: 0.8, on_disagreement: { strategy: 'adjudication' } },
    }),
    step('adjudicate', 'Adjudicate', 'adjudication', { assignment: { required_roles: ['adjudicator'] } }),
    step('review', 'Review', 'review'),
    step('stuck', 'Too many rounds', 'hold'),
    step('tell', 'Tell the customer', 'webhook', { handler: 'https://example.org/hooks/tandem' }),
  ],
  transitions: [
    go('suggest', 'draw'),
    go('draw', 'review', on('on_agreement')),
    go('draw', 'adjudicate', on('on_disagreement')),
    go('adjudicate', 'review'),
    go('review', 'tell', on('on_decision', { decision: 'approve' })),
    go('review', 'draw', on('expression', { expression: '$.steps.draw.visits <= 2' })),
    go('review', 'stuck'),
    go('stuck', 'tell'),
    go('tell', 'completed'),
  ],
};

const predefined = (type: string): object => ({
  id: type.replaceAll('_', '-'),
  name: type.replaceAll('_', ' '),
  steps: [step('annotate', 'Annotate', 'annotation')],
  transitions: [go('annotate', 'completed')],
});

let made = 0;
const version = (form: object, n: number, status: string, tasks: number): Record<string, unknown> => ({
  id: uuid(5000 + ++made),
  project_id: uuid(101),
  key: (form as Form).id,
  version: n,
  name: (form as Form).name,
  status,
  form,
  tasks,
  created_by: anna.id,
  created_at: new Date(Date.now() - 9e8 / n).toISOString(),
  updated_at: new Date(Date.now() - 8e8 / n).toISOString(),
  activated_at: status === 'draft' ? null : new Date(Date.now() - 8e8 / n).toISOString(),
});

let all = [version(second, 2, 'active', 318), version(first, 1, 'retired', 41)];

function check(form: Form): object[] {
  const known = new Set([...form.steps.map((s) => s.id), 'completed', 'archived']);
  const targets = (form.transitions ?? []).flatMap((t, index) =>
    known.has(t.to) ? [] : [{ path: `/transitions/${index}/to`, rule: 'unknown_target', message: `there is no step "${t.to}"` }],
  );
  const times = form.steps.flatMap((s, index) =>
    s.timeout === undefined || s.timeout.startsWith('P')
      ? []
      : [{ path: `/steps/${index}/timeout`, rule: 'bad_delay', message: `"${s.timeout}" is no ISO 8601 duration` }],
  );
  return [...targets, ...times];
}

/** How the work of the first project stands. */
export function work(): WorkflowSnapshot {
  const counts = (step: string, waiting: number, working: number, done: number, held = 0) => ({
    step,
    waiting,
    working,
    done,
    held,
  });
  const steps = [
    counts('suggest', 12, 0, 306),
    counts('draw', 104, 2, 198),
    counts('adjudicate', 7, 1, 20, 3),
    counts('review', 31, 0, 140),
    counts('tell', 0, 0, 138),
  ];
  const at = (step: string, user: UserSummary, n: number) => ({
    assignment_id: uuid(6000 + n),
    step,
    task_id: uuid(1000 + n),
    user,
  });
  return {
    joined: true,
    workflowId: String(all.find((w) => w.status === 'active')?.id),
    steps: new Map(steps.map((step) => [step.step, step])),
    workers: [at('draw', anna, 1), at('draw', ben, 2), at('adjudicate', chloe, 3)],
    failure: null,
  };
}

/** What the server would answer; undefined: this is about something else. */
export function workflows(method: string, path: string, text: string): object | undefined {
  const [, kind, id, part] = path.split('/');
  const body = (): Record<string, unknown> => JSON.parse(text || '{}') as Record<string, unknown>;
  if (kind === 'projects' && part === 'workflow-progress') return { workflow_id: null, steps: [] };
  if (kind === 'projects' && part === 'steps') return { items: [], next_cursor: null };
  if (kind === 'projects' && part === 'workflows' && method === 'GET') {
    return { items: id === uuid(101) ? all : [], next_cursor: null };
  }
  if (kind === 'projects' && part === 'workflows') {
    const { form, predefined: wanted } = body();
    const what = (form ?? predefined((wanted as { type: string }).type)) as Form;
    const before = all.filter((w) => w.key === what.id).map((w) => w.version as number);
    const draft = version(what, Math.max(0, ...before) + 1, 'draft', 0);
    all = [draft, ...all];
    return draft;
  }
  if (kind !== 'workflows') return undefined;
  if (id === 'check') {
    const { form } = body();
    return { problems: check(form as Form), graph: { nodes: [], edges: [] }, form: null };
  }
  const found = all.find((w) => w.id === id);
  if (!found) return undefined;
  if (method === 'PUT') Object.assign(found, { form: body().form, updated_at: new Date().toISOString() });
  if (part === 'activate') {
    all.filter((w) => w.status === 'active').forEach((w) => (w.status = 'retired'));
    Object.assign(found, { status: 'active', activated_at: new Date().toISOString() });
  }
  return found;
}
