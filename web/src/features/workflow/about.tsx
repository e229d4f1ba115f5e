/** What is chosen in the picture, in words. */
import { Lock, X } from 'lucide-react';
import type { ReactNode } from 'react';

import { IconButton } from '~/ui/controls';
import { allSteps } from './branches';
import { conditionWords, isForPeople, nameOf, neededBy, transitionsOf, type Form } from './form';
import { aboutKind } from './kinds';
import type { Target } from './problems';
import { WorkHere } from './work-here';

interface AboutProps {
  form: Form;
  selected: Target;
  /** Why I may not work there. */
  closed: readonly string[] | undefined;
  /** Where I may work in this version; null: nowhere, it is not the one in use. */
  work: { readonly projectId: string; readonly mine: ReadonlyMap<string, number> } | null;
  close: () => void;
}

/** What is chosen, in words. */
export function About({ form, selected, closed, work, close }: AboutProps): ReactNode {
  const leave = (
    <>
      <span className="spacer" />
      <IconButton label="Close" onClick={close}>
        <X size={15} aria-hidden />
      </IconButton>
    </>
  );
  const names = new Map(form.steps.map((step) => [step.id, nameOf(step)]));
  const name = (id: string): string => names.get(id) ?? (id === 'completed' ? 'Done' : id === 'archived' ? 'Archived' : id);
  const transitions = transitionsOf(form);
  const transition = selected.kind === 'transition' ? transitions[selected.index] : undefined;
  if (transition) {
    return (
      <>
        <header className="side-head">
          <h2>
            {name(transition.from)} → {name(transition.to)}
          </h2>
          {leave}
        </header>
        <p>
          {conditionWords(transition) ? (
            <code className="expression">{conditionWords(transition)}</code>
          ) : (
            'Always, when the step is done.'
          )}
        </p>
      </>
    );
  }
  const step = selected.kind === 'step' ? allSteps(form.steps).find((s) => s.id === selected.id) : undefined;
  if (!step) return null;
  const { icon: Icon, name: kind, about } = aboutKind(step.type);
  return (
    <>
      <header className="side-head">
        <Icon size={16} aria-hidden />
        <h2 className="truncate">{nameOf(step)}</h2>
        {leave}
      </header>
      <p className="muted">
        {kind}: {about.charAt(0).toLowerCase() + about.slice(1)}.
      </p>
      {isForPeople(step.type) && <p>{neededBy(step) === 1 ? 'One person answers.' : `${neededBy(step)} people answer.`}</p>}
      {work && isForPeople(step.type) && (closed === undefined || (work.mine.get(step.id) ?? 0) > 0) && (
        <WorkHere key={step.id} projectId={work.projectId} step={step} mine={work.mine.get(step.id) ?? 0} />
      )}
      {closed && (
        <ul className="closed-reasons">
          {closed.map((reason) => (
            <li key={reason}>
              <Lock size={13} aria-hidden /> {reason}
            </li>
          ))}
        </ul>
      )}
      {typeof step.timeout === 'string' && <p>Timeout: {step.timeout}</p>}
      <ul className="routes">
        {transitions
          .filter((t) => t.from === step.id)
          .map((t, index) => (
            <li key={index}>
              to {name(t.to)}
              {conditionWords(t) && <code className="expression">{conditionWords(t)}</code>}
            </li>
          ))}
      </ul>
    </>
  );
}
