import { ArrowLeftRight } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';

import { Button } from '~/ui/controls';
import { Canvas } from './canvas';
import { changeLines, diffOf, unionOf } from './diff';
import { SelectField } from '~/ui/fields';
import type { Form } from './form';
import { versionName } from './names';
import type { Target } from './problems';
import type { Workflow } from './queries';

interface CompareProps {
  versions: readonly Workflow[];
  formOf: (workflow: Workflow) => Form;
  before: Workflow;
  after: Workflow;
  leave: () => void;
}

const SIGNS = { added: '+', removed: '−', changed: '~', same: '' } as const;
const NAMES = { added: 'New', removed: 'Gone', changed: 'Changed', same: '' } as const;

/** Two versions in one picture, and every difference in words. */
export function Compare({ versions, formOf, before, after, leave }: CompareProps): ReactNode {
  const [pair, setPair] = useState<readonly [string, string]>([before.id, after.id]);
  const [selected, setSelected] = useState<Target | null>(null);
  const pick = (id: string): Workflow => versions.find((version) => version.id === id) ?? after;
  const [old, now] = [pick(pair[0]), pick(pair[1])];
  const shown = useMemo(() => {
    const [was, is] = [formOf(old), formOf(now)];
    const diff = diffOf(was, is);
    return {
      form: unionOf(diff, is),
      lines: changeLines(diff),
      steps: new Map(diff.steps.map((step) => [step.id, step.change])),
      transitions: diff.transitions.map((transition) => transition.change),
    };
  }, [old, now, formOf]);
  const options = versions.map((version) => [version.id, versionName(version)] as const);
  return (
    <section className="workflow-editor" aria-label="Two versions compared">
      <div className="toolbar workflow-bar compare-bar">
        <SelectField label="From" value={old.id} options={options} onChange={(id) => id && setPair([id, pair[1]])} />
        <Button
          look="plain"
          icon={<ArrowLeftRight size={15} aria-hidden />}
          aria-label="Swap the two versions"
          onClick={() => setPair([pair[1], pair[0]])}
        />
        <SelectField label="To" value={now.id} options={options} onChange={(id) => id && setPair([pair[0], id])} />
        <span className="spacer" />
        <Button onClick={leave}>Close</Button>
      </div>
      <div className="workflow-work">
        <div className="workflow-stage">
          <Canvas
            form={shown.form}
            label="Both versions in one picture"
            selected={selected}
            onSelect={setSelected}
            stepChanges={shown.steps}
            transitionChanges={shown.transitions}
          />
        </div>
        <aside className="side" aria-label="Differences">
          <header className="side-head">
            <h2>{shown.lines.length === 0 ? 'They say the same' : `${shown.lines.length} differences`}</h2>
          </header>
          <ul className="changes">
            {shown.lines.map((line, index) => (
              <li key={index} className={`change change-${line.change}`}>
                <span className="change-sign" aria-hidden>
                  {SIGNS[line.change]}
                </span>
                <span>
                  <strong>{line.text}</strong> <small>{NAMES[line.change]}</small>
                  {line.details.map((detail) => (
                    <code key={detail}>{detail}</code>
                  ))}
                </span>
              </li>
            ))}
          </ul>
        </aside>
      </div>
    </section>
  );
}
