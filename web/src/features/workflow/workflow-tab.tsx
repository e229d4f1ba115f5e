import {
  ArrowRightLeft,
  ChevronDown,
  FlaskConical,
  GitCompareArrows,
  PenLine,
  Plus,
  Power,
  Workflow as Picture,
} from 'lucide-react';
import { useCallback, useMemo, useRef, useState, type ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { ago } from '~/lib/time';
import { useNow } from '~/lib/use-now';
import { useBackend } from '~/session/backend';
import { useProjectLive, useWorkLive } from '~/session/live';
import { useMay, type Project } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { Empty, Failed, Skeleton } from '~/ui/feedback';
import { Menu, MenuItem } from '~/ui/menu';
import { STATUS, TONE } from '~/ui/version-status';
import { About } from './about';
import { ActivateDialog } from './activate-dialog';
import { allSteps } from './branches';
import { Canvas } from './canvas';
import { Compare } from './compare';
import { WorkflowEditor } from './editor';
import { isForPeople, mayKeep, readForm, type Form } from './form';
import { heatOf, percentWords, sharesOf, type Simulated } from './overlay';
import { MigrateDialog } from './migrate/migrate-dialog';
import type { Target } from './problems';
import { heldBy, percentOf, progressOf } from './progress';
import { useClosedSteps, useWorkflows, type Workflow } from './queries';
import { firstGuess, type Guess } from './simulation/assumptions';
import { SimulateDialog } from './simulation/dialog';
import { Verdict } from './simulation/verdict';
import { StartShapes } from './start';
import { StepTasks } from './steering/step-tasks';

type Mode =
  | { readonly at: 'see'; readonly id: string | null }
  | { readonly at: 'edit'; readonly draft: Workflow | null; readonly form: Form }
  | { readonly at: 'compare'; readonly before: Workflow; readonly after: Workflow };

const EMPTY: Form = { id: 'workflow', name: 'Workflow', steps: [{ id: 'annotate', name: 'Annotate', type: 'annotation' }] };

/** What the server kept was checked there; this is for types, and for a form newer than this page. */
function formOf(workflow: Workflow): Form {
  const form = readForm(workflow.form);
  return typeof form === 'string' ? { id: workflow.key, name: workflow.name, steps: [] } : form;
}

export default function WorkflowTab({ project }: { project: Project }): ReactNode {
  const workflows = useWorkflows(project.id);
  const editable = useMay(project.id)('workflow.write');
  const [mode, setMode] = useState<Mode>({ at: 'see', id: null });
  const see = useCallback((id?: string) => setMode({ at: 'see', id: id ?? null }), []);
  if (workflows.isLoadingError) return <Failed error={workflows.error} retry={() => void workflows.refetch()} />;
  if (workflows.isPending) return <Skeleton height={320} className="skeleton-card" />;
  const all = workflows.data;
  const active = all.find((workflow) => workflow.status === 'active') ?? null;
  const edit = (draft: Workflow | null, form: Form): void => setMode({ at: 'edit', draft, form });
  const start = {
    projectId: project.id,
    onMade: (draft: Workflow) => edit(draft, formOf(draft)),
    onEmpty: () => edit(null, EMPTY),
  };

  if (mode.at === 'edit') {
    return (
      <WorkflowEditor
        key={mode.draft?.id ?? 'new'}
        projectId={project.id}
        initial={mode.form}
        draft={mode.draft}
        active={active}
        leave={see}
      />
    );
  }
  if (mode.at === 'compare') {
    return <Compare versions={all} formOf={formOf} before={mode.before} after={mode.after} leave={() => see(mode.after.id)} />;
  }
  const shown = all.find((workflow) => workflow.id === mode.id) ?? active ?? all[0];
  if (!shown) {
    return (
      <section className="panel" aria-label="Workflow">
        <Empty icon={<Picture size={20} />} title="This project has no workflow yet">
          {editable
            ? 'Without one every task is answered once, by one person. Start from a shape and change what you like.'
            : 'Every task is answered once, by one person.'}
        </Empty>
        {editable && <StartShapes {...start} />}
      </section>
    );
  }
  return (
    <See
      project={project}
      shown={shown}
      all={all}
      active={active}
      see={see}
      {...(editable
        ? { edit, start, compare: (before: Workflow, after: Workflow) => setMode({ at: 'compare', before, after }) }
        : {})}
    />
  );
}

interface SeeProps {
  project: Project;
  shown: Workflow;
  all: readonly Workflow[];
  active: Workflow | null;
  see: (id: string) => void;
  edit?: (draft: Workflow | null, form: Form) => void;
  compare?: (before: Workflow, after: Workflow) => void;
  start?: Parameters<typeof StartShapes>[0];
}

function See({ project, shown, all, active, see, edit, compare, start }: SeeProps): ReactNode {
  const [selected, setSelected] = useState<Target | null>(null);
  const [asking, setAsking] = useState<'activate' | 'start' | 'simulate' | 'migrate' | null>(null);
  const live = useWorkLive(project.id);
  const progress = useMemo(() => progressOf(live, shown.id), [live, shown.id]);
  const whole = useProjectLive(project.id).progress ?? project.progress;
  const ended = useMemo(() => ({ done: whole.completed, of: whole.total }), [whole.completed, whole.total]);
  const me = useBackend().me.user.id;
  const mine = useMemo(() => heldBy(live.workers, me), [live.workers, me]);
  const closed = useClosedSteps(project.id, shown.id);
  const steers = useMay(project.id)('task.steer');
  const form = useMemo(() => formOf(shown), [shown]);
  // A version that is not shown any more takes its simulation along.
  const [simulation, setSimulation] = useState<{
    readonly of: string;
    readonly guess: Guess;
    readonly result: Simulated | null;
  }>();
  const guess = simulation?.of === shown.id ? simulation.guess : firstGuess(form);
  const simulated = simulation?.of === shown.id ? simulation.result : null;
  const overlay = useMemo(
    () =>
      simulated && {
        heat: heatOf(simulated),
        shares: new Map([...sharesOf(form, simulated)].map(([index, share]) => [index, percentWords(share)])),
      },
    [form, simulated],
  );
  const stage = useRef<HTMLDivElement>(null);
  const steps = useMemo(() => allSteps(form.steps), [form]);
  const step = selected?.kind === 'step' ? steps.find((s) => s.id === selected.id) : undefined;
  // Only of the version in use: of another one there is nothing to tell.
  const table = steers && !overlay && progress !== null && step !== undefined && mayKeep(step.type) ? step : null;
  /** Whoever came from a box by keyboard is on it again. */
  const leave = useCallback(() => {
    const id = selected?.kind === 'step' ? CSS.escape(selected.id) : null;
    const box = id === null ? null : `.react-flow__node[data-id="${id}"], [data-inner="${id}"]`;
    setSelected(null);
    if (box) stage.current?.querySelector<HTMLElement>(box)?.focus();
  }, [selected]);
  const before = all.find((w) => w.key === shown.key && w.version < shown.version) ?? all.find((w) => w.id !== shown.id);
  return (
    <section className="workflow-editor" aria-label="Workflow">
      <div className="toolbar workflow-bar">
        <h2 className="workflow-title truncate">{shown.name}</h2>
        <Menu
          align="start"
          trigger={
            <Button look="plain" className="num" aria-label={`v${shown.version}, see another version`}>
              v{shown.version} <ChevronDown size={14} aria-hidden />
            </Button>
          }
        >
          {all.map((workflow) => (
            <MenuItem key={workflow.id} checked={workflow.id === shown.id} onSelect={() => see(workflow.id)}>
              <VersionLine workflow={workflow} />
            </MenuItem>
          ))}
        </Menu>
        <span className={cx('pill', TONE[shown.status])}>{STATUS[shown.status]}</span>
        {progress && ended.of > 0 && (
          <span className="muted num workflow-overall">
            {percentOf(ended.done / ended.of)} done ({ended.done} of {ended.of} tasks)
          </span>
        )}
        <span className="spacer" />
        <Button look="plain" icon={<FlaskConical size={15} aria-hidden />} onClick={() => setAsking('simulate')}>
          Simulate …
        </Button>
        {steers && (
          <Button look="plain" icon={<ArrowRightLeft size={15} aria-hidden />} onClick={() => setAsking('migrate')}>
            Move tasks …
          </Button>
        )}
        {edit && compare && start && (
          <>
            <Button look="plain" icon={<Plus size={15} aria-hidden />} onClick={() => setAsking('start')}>
              New
            </Button>
            {before && (
              <Button look="plain" icon={<GitCompareArrows size={15} aria-hidden />} onClick={() => compare(before, shown)}>
                Compare
              </Button>
            )}
            {shown.status !== 'active' && (
              <Button icon={<Power size={15} aria-hidden />} onClick={() => setAsking('activate')}>
                Activate …
              </Button>
            )}
            <Button
              look="solid"
              icon={<PenLine size={15} aria-hidden />}
              onClick={() => edit(shown.status === 'draft' ? shown : null, form)}
            >
              {shown.status === 'draft' ? 'Edit' : 'Make the next version'}
            </Button>
          </>
        )}
      </div>
      <div className="workflow-work workflow-see">
        <div className="workflow-stage" ref={stage}>
          <Canvas
            form={form}
            label="The workflow"
            selected={selected}
            onSelect={setSelected}
            {...(overlay ?? { progress, ended, ...(progress ? { closed, mine } : {}) })}
          />
          {simulated && (
            <Verdict
              form={form}
              simulated={simulated}
              change={() => setAsking('simulate')}
              clear={() => setSimulation({ of: shown.id, guess, result: null })}
            />
          )}
          {table && (
            <StepTasks
              key={table.id}
              projectId={project.id}
              step={table}
              steps={steps}
              progress={progress?.get(table.id)}
              assignments={live.workers.filter((worker) => worker.step === table.id).map((worker) => worker.assignment_id)}
              close={leave}
            />
          )}
        </div>
        {selected && !(table && isForPeople(table.type)) && (
          <aside className="side" aria-label="Details" aria-live="polite">
            <About
              form={form}
              selected={selected}
              closed={step ? closed.get(step.id) : undefined}
              work={progress ? { projectId: project.id, mine } : null}
              close={leave}
            />
          </aside>
        )}
      </div>
      {asking === 'activate' && (
        <ActivateDialog workflow={shown} active={active} onClose={() => setAsking(null)} onDone={() => setAsking(null)} />
      )}
      {asking === 'migrate' && <MigrateDialog workflow={shown} onClose={() => setAsking(null)} />}
      {asking === 'simulate' && (
        <SimulateDialog
          workflowId={shown.id}
          guess={guess}
          onGuess={(next) => setSimulation({ of: shown.id, guess: next, result: simulated })}
          onClose={() => setAsking(null)}
          onDone={(result) => {
            setSimulation({ of: shown.id, guess, result });
            setSelected(null);
            setAsking(null);
          }}
        />
      )}
      {asking === 'start' && start && (
        <Dialog open wide onClose={() => setAsking(null)} title="A new workflow">
          <StartShapes {...start} />
        </Dialog>
      )}
    </section>
  );
}

function VersionLine({ workflow }: { workflow: Workflow }): ReactNode {
  const now = useNow(60_000);
  return (
    <span className="version-about">
      <span className="truncate">
        {workflow.name} <span className="muted num">v{workflow.version}</span>
      </span>
      <span className={cx('pill', TONE[workflow.status])}>{STATUS[workflow.status]}</span>
      <small className="num">
        {workflow.tasks === 1 ? '1 task' : `${workflow.tasks} tasks`}, changed {ago(workflow.updated_at, now)}
      </small>
    </span>
  );
}
