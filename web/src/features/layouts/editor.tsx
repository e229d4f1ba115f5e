import type { Json } from '@tandem/client';
import { PanelLeft, Columns2, Eye, type LucideIcon } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

import { later } from '~/lib/later';
import type { Layout } from '~/layout/tree';
import { cx } from '~/lib/cx';
import { useLeaveWarning } from '~/lib/use-leave-warning';
import type { Project } from '~/session/queries';
import { Button } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { Skeleton } from '~/ui/feedback';
import { OfferedDraft } from '~/ui/offered-draft';
import { STATUS, TONE } from '~/ui/version-status';
import { ActivateDialog } from './activate-dialog';
import type { Code } from './code/code-pane';
import type { Known } from './code/offers';
import { placed } from './code/problems';
import { News } from './news';
import { Preview } from './preview/preview';
import { useTaskByNumber } from './preview/use-task-by-number';
import { ProblemList } from './problem-list';
import { useCheck, useComponents, useLayouts, type LayoutDetail, type LayoutVersion } from './queries';
import { useDraft, type Draft, type How, type Written } from './use-draft';

const CodePane = later(() => import('./code/code-pane'), <Skeleton height={320} />);

interface EditorProps {
  project: Project;
  /** The version that is opened; null: a new layout. */
  from: LayoutDetail | null;
  begin: Written;
  all: readonly LayoutVersion[];
  leave: () => void;
}

/** How often one asks what others saved meanwhile. */
const NEWS_MS = 15_000;
const NO_INPUT: Json = {};

type View = 'text' | 'both' | 'preview';
const VIEWS: readonly (readonly [View, string, LucideIcon])[] = [
  ['text', 'Text', PanelLeft],
  ['both', 'Both', Columns2],
  ['preview', 'Preview', Eye],
];

export function LayoutEditor({ project, from, begin, all: known, leave }: EditorProps): ReactNode {
  const draft = useDraft(project.id, from, begin);
  const { source, saved, dirty } = draft;
  const all = useLayouts(project.id, NEWS_MS).data ?? known;
  const components = useComponents();
  const check = useCheck(project.id, source);
  const [view, setView] = useState<View>('both');
  const [number, setNumber] = useState(1);
  const [asking, setAsking] = useState<'leave' | LayoutVersion | null>(null);
  const code = useRef<Code>(null);
  const numbered = useTaskByNumber(project.id, number);
  useLeaveWarning(dirty);

  const { result, of } = check;
  const found = useMemo(() => placed(of, result?.problems ?? []), [of, result]);
  // While the text has mistakes there is no tree: the last one stays.
  const tree = (result?.tree ?? null) as Layout | null;
  const [good, setGood] = useState<Layout | null>(null);
  if (tree && tree !== good) setGood(tree);

  const input = (numbered.task?.input ?? NO_INPUT) as Json;
  const offers = useMemo<Known>(
    () => ({ components, input, layouts: [...new Set(all.flatMap(({ key }) => key ?? []))].sort() }),
    [components, input, all],
  );
  const put = useCallback((text: string) => code.current?.replace(text), []);
  const save = (how: How): void => {
    if ((dirty || how.as === 'next') && !draft.isSaving) draft.save(how);
  };
  useSaveKey(() => save({ as: 'same' }));
  const isSound = check.settled && tree !== null;
  const { write } = draft;
  const onText = useCallback((text: string) => write({ source: text }), [write]);

  return (
    <section className="layouts" aria-label="Layout editor">
      <div className="toolbar layouts-bar">
        <input
          className="input input-short"
          aria-label="Name of the layout"
          value={draft.name}
          maxLength={200}
          onChange={(event) => write({ name: event.target.value })}
        />
        <Standing draft={draft} />
        <div className="switch" role="group" aria-label="Shown">
          {VIEWS.map(([id, name, Icon]) => (
            <button key={id} type="button" aria-pressed={view === id} onClick={() => setView(id)}>
              <Icon size={14} aria-hidden /> <span className="layouts-word">{name}</span>
            </button>
          ))}
        </div>
        <span className="spacer" />
        <Button look="plain" onClick={() => (dirty ? setAsking('leave') : leave())}>
          Close
        </Button>
        {saved?.status === 'draft' && (
          <Button look="plain" disabled={draft.isSaving} onClick={() => save({ as: 'next' })}>
            Save as next version
          </Button>
        )}
        <Button
          keys="Control+s"
          busy={draft.isSaving}
          disabled={!dirty || draft.name.trim() === ''}
          onClick={() => save({ as: 'same' })}
        >
          {saved && saved.status !== 'draft' ? 'Save as next version' : 'Save draft'}
        </Button>
        <Button
          look="solid"
          disabled={!isSound || draft.isSaving || (saved?.status === 'active' && !dirty)}
          title={isSound ? undefined : 'What has mistakes is not activated: see them below'}
          onClick={() => (saved && !dirty ? setAsking(saved) : draft.save({ as: 'same' }, setAsking))}
        >
          Activate …
        </Button>
      </div>
      <Offered draft={draft} put={put} />
      <News
        projectId={project.id}
        all={all}
        draft={draft}
        take={(theirs) => {
          draft.take(theirs);
          put(theirs.source);
        }}
      />
      <div className={cx('layouts-work', `layouts-${view}`)}>
        <div className="layouts-pane">
          <CodePane ref={code} initial={begin.source} known={offers} found={found} onChange={onText} />
          <p id="code-help" className="layouts-hint">
            Ctrl+Space completes, F8 goes to the next mistake. Tab indents; Esc, then Tab leaves the text.
          </p>
          <ProblemList
            found={found}
            settled={check.settled}
            failed={check.failed}
            show={(range) => code.current?.show(range)}
            apply={(fix) => code.current?.apply(fix)}
          />
        </div>
        <Preview project={project} layout={good} isOld={tree === null} {...numbered} number={number} onNumber={setNumber} />
      </div>
      {asking === 'leave' && (
        <Dialog
          open
          onClose={() => setAsking(null)}
          title="Leave without saving?"
          description="What you changed is not on the server. This browser keeps it, and offers it when you open this layout again."
        >
          <div className="dialog-actions">
            <Button onClick={() => setAsking(null)}>Stay</Button>
            <Button look="danger" onClick={leave}>
              Leave
            </Button>
          </div>
        </Dialog>
      )}
      {asking !== null && asking !== 'leave' && (
        <ActivateDialog projectId={project.id} version={asking} all={all} onClose={() => setAsking(null)} onDone={leave} />
      )}
    </section>
  );
}

/** Which version this is, and whether what is written here is saved. */
function Standing({ draft: { saved, dirty } }: { draft: Draft }): ReactNode {
  if (!saved) return <span className="muted layouts-state">Not saved yet</span>;
  return (
    <>
      <span className="muted num layouts-state">
        v{saved.version}
        {dirty ? ', changed' : ''}
      </span>
      <span className={cx('pill', TONE[saved.status])}>{STATUS[saved.status]}</span>
    </>
  );
}

/** Text of an earlier visit that was never saved. */
function Offered({ draft, put }: { draft: Draft; put: (text: string) => void }): ReactNode {
  const { offered } = draft;
  if (!offered) return null;
  const restore = (): void => {
    draft.write({ name: offered.name });
    put(offered.source);
    draft.answerOffer();
  };
  return <OfferedDraft what="text" at={offered.at} restore={restore} discard={draft.answerOffer} />;
}

/** Ctrl+S saves, wherever the focus is. */
function useSaveKey(save: () => void): void {
  const latest = useRef(save);
  useEffect(() => {
    latest.current = save;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 's' || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      latest.current();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
