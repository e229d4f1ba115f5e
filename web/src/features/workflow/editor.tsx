import { ApiError, idempotencyKey, ok } from '@tandem/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Braces, CircleAlert, CircleCheck, Plus, Redo2, Undo2, Wand2, Workflow as Picture } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { device } from '~/lib/keep';
import { useDraftShelf } from '~/lib/use-draft-shelf';
import { useLeaveWarning } from '~/lib/use-leave-warning';
import { useBackend } from '~/session/backend';
import { Button, IconButton } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { Menu, MenuItem } from '~/ui/menu';
import { OfferedDraft } from '~/ui/offered-draft';
import { toast, toastError } from '~/ui/toast';
import { ActivateDialog } from './activate-dialog';
import { Canvas } from './canvas';
import * as edits from './edits';
import { TextField } from '~/ui/fields';
import { KINDS, nameOf, readForm, transitionsOf, type Form } from './form';
import { JsonPane } from './json-pane';
import { forms } from './kept';
import { ABOUT } from './kinds';
import { sameTarget, type Placed, type Target } from './problems';
import { useCheck, type Workflow } from './queries';
import { StepPanel } from './step-panel';
import { TransitionPanel } from './transition-panel';
import { useEditor, useFound, type Editor } from './use-editor';

interface EditorProps {
  projectId: string;
  initial: Form;
  /** The draft that is edited; none: a new one is made when it is saved. */
  draft: Workflow | null;
  active: Workflow | null;
  leave: (to?: string) => void;
}

const ADDED = KINDS.filter((kind) => kind !== 'complete' && kind !== 'archive');

export function WorkflowEditor({ projectId, initial, draft, active, leave }: EditorProps): ReactNode {
  const editor = useEditor(initial);
  const { form, selected, change, select } = editor;
  const [view, setView] = useState<'picture' | 'json'>('picture');
  const [asking, setAsking] = useState<'leave' | Workflow | null>(null);
  const check = useCheck(form);
  const problems = useMemo(() => check.data?.problems ?? [], [check.data]);
  const found = useFound(form, problems);
  const { saved, save, dirty } = useSave(projectId, form, draft, initial);

  useLeaveWarning(dirty);
  const [begin] = useState({ form: initial });
  const now = useMemo(() => (form === initial ? begin : { form }), [form, initial, begin]);
  const { offered, settle } = useDraftShelf(forms, { projectId, id: saved?.id ?? null, begin, now, dirty, isSame });

  const edit = useMemo(
    () => ({
      move: (moved: Parameters<typeof edits.place>[1]) => change(edits.place(form, moved), `move ${[...moved.keys()].join(' ')}`),
      connect: (from: string, to: string) => {
        const made = edits.connect(form, from, to);
        change(made.form);
        select({ kind: 'transition', index: made.index });
      },
      remove: (steps: readonly string[], transitions: readonly number[]) => {
        // Deleting a box, the library names its arrows as well; they follow the box by rules of their own.
        change(steps.length > 0 ? edits.removeSteps(form, steps) : edits.removeTransitions(form, transitions));
        select(null);
      },
    }),
    [form, change, select],
  );
  const valid = problems.length === 0 && check.settled;
  const keep = (): void => {
    if (dirty && valid && !save.isPending) save.mutate(undefined);
  };
  useKeys(editor, keep);

  return (
    <section className="workflow-editor" aria-label="Workflow editor">
      <div className="toolbar workflow-bar">
        <Menu align="start" trigger={<Button icon={<Plus size={15} aria-hidden />}>Add a step</Button>}>
          {ADDED.map((kind) => {
            const { icon: Icon, name, about } = ABOUT[kind];
            const add = (): void => {
              const made = edits.addStep(form, kind, selected?.kind === 'step' ? selected.id : undefined);
              change(made.form);
              select({ kind: 'step', id: made.id });
            };
            return (
              <MenuItem key={kind} icon={<Icon size={15} aria-hidden />} onSelect={add}>
                {name}
                <small className="menu-about">{about}</small>
              </MenuItem>
            );
          })}
        </Menu>
        <IconButton label="Undo" keys="Control+z" disabled={!editor.canUndo} onClick={editor.undo}>
          <Undo2 size={16} aria-hidden />
        </IconButton>
        <IconButton label="Redo" keys="Control+Shift+z" disabled={!editor.canRedo} onClick={editor.redo}>
          <Redo2 size={16} aria-hidden />
        </IconButton>
        <IconButton label="Tidy up: every box back to its layer" onClick={() => change(edits.tidy(form))}>
          <Wand2 size={16} aria-hidden />
        </IconButton>
        <div className="switch" role="group" aria-label="Shown as">
          <button type="button" aria-pressed={view === 'picture'} onClick={() => setView('picture')}>
            <Picture size={14} aria-hidden /> Picture
          </button>
          <button type="button" aria-pressed={view === 'json'} onClick={() => setView('json')}>
            <Braces size={14} aria-hidden /> JSON
          </button>
        </div>
        <span className="spacer" />
        <span className="muted workflow-state">
          {saved ? `${saved.key} v${saved.version}` : 'Not saved yet'}
          {dirty && saved ? ', changed' : ''}
        </span>
        <Button look="plain" onClick={() => (dirty ? setAsking('leave') : leave(saved?.id))}>
          Close
        </Button>
        <Button
          keys="Control+s"
          busy={save.isPending}
          disabled={!dirty || !valid}
          title={valid ? undefined : 'What cannot run is not saved: see the problems below'}
          onClick={() => save.mutate(undefined)}
        >
          Save draft
        </Button>
        <Button
          look="solid"
          disabled={!valid || save.isPending}
          onClick={() => (saved && !dirty ? setAsking(saved) : save.mutate(undefined, { onSuccess: setAsking }))}
        >
          Activate …
        </Button>
      </div>
      {offered && (
        <OfferedDraft
          what="work"
          at={offered.at}
          restore={() => {
            change(offered.form);
            settle();
          }}
          discard={settle}
        />
      )}
      <div className="workflow-work">
        <div className="workflow-stage">
          {view === 'picture' ? (
            <Canvas
              form={form}
              label="The workflow's steps and transitions"
              selected={selected}
              onSelect={select}
              stepProblems={found.steps}
              transitionProblems={found.transitions}
              edit={edit}
            />
          ) : (
            <JsonPane form={form} change={change} />
          )}
          <Problems
            form={form}
            found={found.all}
            checked={check.settled}
            failed={check.isError}
            selected={selected}
            select={select}
          />
        </div>
        <Side editor={editor} found={found.all} />
      </div>
      {asking === 'leave' && (
        <Dialog
          open
          onClose={() => setAsking(null)}
          title="Leave without saving?"
          description="What you changed is not on the server. This browser keeps it, and offers it when you open this workflow again."
        >
          <div className="dialog-actions">
            <Button onClick={() => setAsking(null)}>Stay</Button>
            <Button look="danger" onClick={() => leave(saved?.id)}>
              Leave
            </Button>
          </div>
        </Dialog>
      )}
      {asking !== null && asking !== 'leave' && (
        <ActivateDialog workflow={asking} active={active} onClose={() => setAsking(null)} onDone={(done) => leave(done.id)} />
      )}
    </section>
  );
}

/** Forms are compared by what they say: one that is made anew of a kept text is another object. */
const isSame = (one: { form: Form }, other: { form: Form }): boolean => JSON.stringify(one.form) === JSON.stringify(other.form);

/** Saves by making the draft first and changing it from then on. */
function useSave(projectId: string, form: Form, draft: Workflow | null, initial: Form) {
  const { api } = useBackend();
  const client = useQueryClient();
  const [saved, setSaved] = useState(draft);
  const [kept, setKept] = useState<Form | null>(draft ? initial : null);
  // One creation is one draft, also when its answer was lost and it is asked for again.
  const header = useRef(idempotencyKey());
  const save = useMutation({
    mutationFn: async (): Promise<Workflow> => {
      const now = form;
      const result = saved
        ? await ok(
            api.PUT('/api/v1/workflows/{workflow_id}', {
              params: { path: { workflow_id: saved.id } },
              body: { form: now, seen: saved.updated_at },
            }),
          )
        : await ok(
            api.POST('/api/v1/projects/{project_id}/workflows', {
              params: { path: { project_id: projectId }, header: header.current },
              body: { form: now },
            }),
          );
      // What it was kept as; from now on it is a change of what was saved.
      forms.drop(device, projectId, saved?.id ?? null);
      setSaved(result);
      setKept(now);
      return result;
    },
    onSuccess: (result) => {
      toast(`Saved as version ${result.version}, a draft`, 'good');
      void client.invalidateQueries({ queryKey: ['workflows', projectId] });
    },
    onError: (error) => {
      // The key stands for another body now.
      if (error instanceof ApiError) header.current = idempotencyKey();
      toastError(error);
    },
  });
  return { saved, save, dirty: kept !== form };
}

/** Undo, redo, save and Esc, wherever the focus is; the JSON has its own undo, which knows letters. */
function useKeys(editor: Editor, save: () => void): void {
  const latest = useRef({ editor, save });
  useEffect(() => {
    latest.current = { editor, save };
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target instanceof Element ? event.target : null;
      if (event.defaultPrevented || event.altKey || target?.closest('[role="dialog"], [role="menu"]')) return;
      const { editor: now, save: keep } = latest.current;
      const key = event.key.toLowerCase();
      if (key === 'escape') {
        now.select(null);
        return;
      }
      if (!event.ctrlKey && !event.metaKey) return;
      if (key === 's') keep();
      else if (target?.closest('.json-pane')) return;
      else if (key === 'y' || (key === 'z' && event.shiftKey)) now.redo();
      else if (key === 'z') now.undo();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

interface ProblemsProps {
  form: Form;
  found: readonly Placed[];
  checked: boolean;
  failed: boolean;
  selected: Target | null;
  select: (target: Target | null) => void;
}

function Problems({ form, found, checked, failed, selected, select }: ProblemsProps): ReactNode {
  const place = useCallback(
    ({ target, problem }: Placed): string => {
      if (target.kind === 'step') return nameOf(form.steps.find((step) => step.id === target.id) ?? { id: target.id, type: '' });
      const transition = target.kind === 'transition' ? transitionsOf(form)[target.index] : undefined;
      return transition ? `${transition.from} → ${transition.to}` : problem.path || 'The workflow';
    },
    [form],
  );
  return (
    <div className="problems" aria-live="polite" aria-busy={!checked}>
      {failed ? (
        <p className="muted">It cannot be checked at the moment: the server does not answer.</p>
      ) : found.length === 0 ? (
        <p className={checked ? 'good-text' : 'muted'}>
          {checked ? <CircleCheck size={14} aria-hidden /> : null} {checked ? 'It can run' : 'Checking …'}
        </p>
      ) : (
        <ul>
          {found.map((p, index) => (
            <li key={index}>
              <button
                type="button"
                className={cx('problem', sameTarget(selected, p.target) && 'problem-here')}
                title={p.problem.path}
                onClick={() => select(p.target.kind === 'workflow' ? null : p.target)}
              >
                <CircleAlert size={14} aria-hidden />
                <strong>{place(p)}</strong>
                <span>{p.problem.message}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Side({ editor, found }: { editor: Editor; found: readonly Placed[] }): ReactNode {
  const { form, selected, change, select } = editor;
  const mine = found.filter((p) => sameTarget(p.target, selected));
  const shared = { form, problems: mine, change, select };
  const step = selected?.kind === 'step' ? form.steps.find((s) => s.id === selected.id) : undefined;
  const transition = selected?.kind === 'transition' ? transitionsOf(form)[selected.index] : undefined;
  return (
    <aside className="side nokey" aria-label="Properties">
      {step ? (
        <StepPanel step={step} {...shared} />
      ) : transition && selected?.kind === 'transition' ? (
        <TransitionPanel transition={transition} index={selected.index} {...shared} />
      ) : (
        <>
          <header className="side-head">
            <Picture size={16} aria-hidden />
            <h2>Workflow</h2>
          </header>
          <TextField
            label="Name"
            value={form.name}
            placeholder={form.id}
            onChange={(name) => {
              const { name: _, ...rest } = form;
              change(readBack(name === undefined ? rest : { ...form, name }), 'name');
            }}
          />
          <p className="field-hint">
            Its id is <code>{form.id}</code>: all its versions share it.
          </p>
          <dl className="side-help">
            <dt>Choose</dt>
            <dd>a box or an arrow to change it. Tab goes from one to the next, Enter chooses.</dd>
            <dt>Connect</dt>
            <dd>by dragging from a box's right side to another box, or by "Connect to …".</dd>
            <dt>Move</dt>
            <dd>by dragging or with the arrow keys; Delete removes; Ctrl+Z undoes.</dd>
          </dl>
        </>
      )}
    </aside>
  );
}

const readBack = (form: Readonly<Record<string, unknown>>): Form => {
  const read = readForm(form);
  if (typeof read === 'string') throw new Error(read);
  return read;
};
