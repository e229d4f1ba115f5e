import { ArrowDown, ArrowUp, ChevronRight, Flag, Plus, Trash2, X } from 'lucide-react';
import type { ReactNode } from 'react';

import { Button, IconButton } from '~/ui/controls';
import * as edits from './edits';
import { Choices, NumberField, PercentField, SelectField, TextField } from '~/ui/fields';
import {
  at,
  conditionWords,
  isAutomatic,
  isForPeople,
  isRecord,
  KINDS,
  nameOf,
  transitionsOf,
  type Form,
  type Kind,
  type Step,
} from './form';
import { ABOUT, aboutKind } from './kinds';
import type { Placed, Target } from './problems';
import { COMPLETIONS, LEVELS, METHODS, METRICS, MODES, ROLES, STARTS, STRATEGIES, TIMEOUT_ACTIONS } from './words';

export interface PanelProps {
  form: Form;
  problems: readonly Placed[];
  /** `tag`: changes of one field that belong together. */
  change: (form: Form, tag?: string) => void;
  select: (target: Target | null) => void;
}

/** The message for a field below a step or a transition, and where it is not its own, for one inside it. */
export const errorAt = (problems: readonly Placed[], rest: string): string | undefined =>
  problems.find((p) => p.rest === rest || p.rest.startsWith(`${rest}/`))?.problem.message;

export function StepPanel({ step, ...props }: PanelProps & { step: Step }): ReactNode {
  const { form, problems, change, select } = props;
  const { icon: Icon, about } = aboutKind(step.type);
  const set = (path: readonly string[], to: unknown): void =>
    change(edits.setStep(form, step.id, path, to), `${step.id}/${path.join('/')}`);
  const error = (rest: string): string | undefined => errorAt(problems, rest);
  return (
    <>
      <header className="side-head">
        <Icon size={16} aria-hidden />
        <h2 className="truncate">{nameOf(step)}</h2>
        <span className="spacer" />
        <IconButton label="Remove this step" keys="Delete" onClick={() => change(edits.removeSteps(form, [step.id]))}>
          <Trash2 size={15} aria-hidden />
        </IconButton>
        <IconButton label="Close" onClick={() => select(null)}>
          <X size={15} aria-hidden />
        </IconButton>
      </header>
      <Loose problems={problems.filter((p) => p.rest === '')} />
      <TextField label="Name" value={step.name} placeholder={step.id} onChange={(v) => set(['name'], v)} />
      <IdField key={step.id} step={step} error={error('/id')} {...props} />
      <SelectField
        label="Type"
        value={step.type}
        error={error('/type')}
        hint={about}
        options={KINDS.filter((kind) => kind !== 'complete' && kind !== 'archive').map((kind) => [kind, ABOUT[kind].name])}
        onChange={(kind) => kind && change(edits.setKind(form, step.id, kind as Kind))}
      />
      {isForPeople(step.type) && <People step={step} set={set} error={error} />}
      {mayGoOn(step, form) && (
        <SelectField
          label="Begins with"
          value={at(step, 'assignment', 'starts_from') === 'last_answer' ? 'last_answer' : undefined}
          error={error('/assignment/starts_from')}
          none="What came with the task (default)"
          options={STARTS}
          onChange={(v) => set(['assignment', 'starts_from'], v)}
        />
      )}
      {(step.type === 'annotation' || step.type === 'consensus') && <Consensus step={step} set={set} error={error} />}
      {(step.type === 'review' || step.type === 'sampling') && (
        <PercentField
          label={step.type === 'review' ? 'Share of the tasks it sees, in %' : 'Share drawn, in %'}
          value={step.sample_rate}
          error={error('/sample_rate')}
          {...(step.type === 'review' ? { placeholder: 'all' } : {})}
          onChange={(v) => set(['sample_rate'], v)}
        />
      )}
      {isAutomatic(step.type) && <Automatic step={step} set={set} error={error} />}
      {step.type === 'parallel' && (
        <p className="field-hint">Branches and how they join are written in the JSON beside the picture.</p>
      )}
      {(isForPeople(step.type) || isAutomatic(step.type) || step.type === 'hold') && (
        <Timeout step={step} set={set} error={error} />
      )}
      {isForPeople(step.type) && <Assignment step={step} set={set} error={error} />}
      <LeadsTo step={step} {...props} />
      {form.steps[0]?.id !== step.id && (
        <Button look="plain" icon={<Flag size={14} aria-hidden />} onClick={() => change(edits.makeFirst(form, step.id))}>
          Let tasks begin here
        </Button>
      )}
    </>
  );
}

/** Whether there is an answer that the step could go on with, or it says so anyway. */
const mayGoOn = (step: Step, form: Form): boolean =>
  at(step, 'assignment', 'starts_from') !== undefined ||
  (step.type === 'annotation' &&
    form.steps.some((other) => other.id !== step.id && (other.type === 'annotation' || other.type === 'adjudication')));

/** Problems without a field of their own. */
export const Loose = ({ problems }: { problems: readonly Placed[] }): ReactNode =>
  problems.map((p, index) => (
    <p key={index} className="field-error" role="alert">
      {p.problem.message}
    </p>
  ));

function IdField({ step, error, form, change, select }: PanelProps & { step: Step; error: string | undefined }): ReactNode {
  const rename = (to: string): void => {
    if (to === step.id || form.steps.some((other) => other.id === to)) return;
    change(edits.renameStep(form, step.id, to));
    select({ kind: 'step', id: to });
  };
  return (
    <div className="field">
      <label htmlFor="step-id">Id</label>
      <input
        id="step-id"
        className="input input-mono"
        defaultValue={step.id}
        maxLength={100}
        aria-invalid={error !== undefined}
        onBlur={(event) => rename(event.target.value.trim())}
        onKeyDown={(event) => event.key === 'Enter' && rename(event.currentTarget.value.trim())}
      />
      <small className={error ? 'field-error' : 'field-hint'}>{error ?? 'What conditions call it: $.steps.' + step.id}</small>
    </div>
  );
}

interface PartProps {
  step: Step;
  set: (path: readonly string[], to: unknown) => void;
  error: (rest: string) => string | undefined;
}

function People({ step, set, error }: PartProps): ReactNode {
  const many = step.type !== 'review';
  const completions = COMPLETIONS[step.type as keyof typeof COMPLETIONS];
  return (
    <>
      {many && (
        <div className="side-two">
          <NumberField
            label="People needed"
            min={1}
            max={100}
            placeholder="1"
            value={at(step, 'completion', 'count')}
            error={error('/completion/count')}
            onChange={(v) => set(['completion', 'count'], v)}
          />
          <NumberField
            label="Enough at timeout"
            min={1}
            max={100}
            placeholder="all"
            value={at(step, 'completion', 'min_required')}
            error={error('/completion/min_required')}
            onChange={(v) => set(['completion', 'min_required'], v)}
          />
        </div>
      )}
      <SelectField
        label="Done when"
        value={at(step, 'completion', 'type')}
        error={error('/completion/type')}
        none={many ? 'Enough people answered (default)' : 'Somebody decided (default)'}
        options={completions}
        onChange={(v) => set(['completion', 'type'], v)}
      />
    </>
  );
}

function Timeout({ step, set, error }: PartProps): ReactNode {
  const action = at(step, 'completion', 'timeout_action');
  return (
    <>
      <TextField
        label="Timeout"
        value={step.timeout}
        error={error('/timeout')}
        placeholder="none"
        hint="An ISO 8601 duration: PT2H are two hours, P3D three days"
        onChange={(v) => set(['timeout'], v)}
      />
      {(step.timeout !== undefined || action !== undefined) && (
        <SelectField
          label="When time is over"
          value={action}
          error={error('/completion/timeout_action')}
          none="Hold for an admin (default)"
          options={TIMEOUT_ACTIONS}
          onChange={(v) => set(['completion', 'timeout_action'], v)}
        />
      )}
    </>
  );
}

const FRESH_CONSENSUS = {
  metric: 'agreement:percentage',
  threshold: 0.8,
  on_disagreement: { strategy: 'majority_vote', fallback_strategy: 'escalate' },
};

function Consensus({ step, set, error }: PartProps): ReactNode {
  const has = isRecord(step.consensus);
  const c = (...path: string[]): unknown => at(step, 'consensus', ...path);
  const asksMore = [c('on_disagreement', 'strategy'), c('on_disagreement', 'fallback_strategy')].includes(
    'additional_annotators',
  );
  return (
    <fieldset className="side-group">
      <legend>
        <label className="choice">
          <input
            type="checkbox"
            checked={has}
            disabled={step.type === 'consensus' && has}
            onChange={(event) => set(['consensus'], event.target.checked ? FRESH_CONSENSUS : undefined)}
          />
          Bring the answers together
        </label>
      </legend>
      {error('/consensus') && !has && <p className="field-error">{error('/consensus')}</p>}
      {has && (
        <>
          <SelectField
            label="Agreement"
            value={c('metric')}
            error={error('/consensus/metric')}
            options={METRICS}
            onChange={(v) => set(['consensus', 'metric'], v)}
          />
          <NumberField
            label="From"
            min={-1}
            max={1}
            step={0.05}
            value={c('threshold')}
            error={error('/consensus/threshold')}
            onChange={(v) => set(['consensus', 'threshold'], v)}
          />
          <SelectField
            label="Which answer stands"
            value={c('on_agreement', 'consensus_method')}
            none="The most frequent (default)"
            options={METHODS}
            onChange={(v) => set(['consensus', 'on_agreement', 'consensus_method'], v)}
          />
          <SelectField
            label="Where they differ"
            value={c('on_disagreement', 'strategy')}
            error={error('/consensus/on_disagreement/strategy')}
            options={STRATEGIES}
            onChange={(v) => set(['consensus', 'on_disagreement', 'strategy'], v)}
          />
          <SelectField
            label="Else"
            value={c('on_disagreement', 'fallback_strategy')}
            none="Hold for an admin"
            options={STRATEGIES}
            onChange={(v) => set(['consensus', 'on_disagreement', 'fallback_strategy'], v)}
          />
          {(asksMore || c('on_disagreement', 'max_annotators') !== undefined) && (
            <NumberField
              label="People at most"
              min={2}
              max={100}
              value={c('on_disagreement', 'max_annotators')}
              error={error('/consensus/on_disagreement/max_annotators')}
              onChange={(v) => set(['consensus', 'on_disagreement', 'max_annotators'], v)}
            />
          )}
        </>
      )}
    </fieldset>
  );
}

const HANDLERS: Record<string, readonly [string, string]> = {
  auto_process: ['Handler', '@core/agreement-calculator'],
  webhook: ['Address', 'https://…'],
  model: ['Model', 'Its name'],
  external_agent: ['Agent', 'Its name'],
};

const SUGGESTED = [['suggestions', 'People accept or reject each region']] as const;

function Automatic({ step, set, error }: PartProps): ReactNode {
  const [label, placeholder] = HANDLERS[step.type] ?? ['Handler', ''];
  return (
    <>
      <TextField
        label={label}
        value={step.handler}
        error={error('/handler')}
        placeholder={placeholder}
        mono
        onChange={(v) => set(['handler'], v)}
      />
      {step.type === 'model' && (
        <SelectField
          label="What it finds"
          value={at(step, 'config', 'show_suggestions') === true ? 'suggestions' : undefined}
          error={error('/config/show_suggestions')}
          options={SUGGESTED}
          none="People begin with it"
          onChange={(v) => set(['config', 'show_suggestions'], v === 'suggestions' ? true : undefined)}
        />
      )}
      {step.handler === '@core/agreement-calculator' && (
        <>
          <SelectField
            label="Agreement"
            value={at(step, 'config', 'metric')}
            error={error('/config/metric')}
            options={METRICS}
            onChange={(v) => set(['config', 'metric'], v)}
          />
          <NumberField
            label="From"
            min={-1}
            max={1}
            step={0.05}
            value={at(step, 'config', 'threshold')}
            onChange={(v) => set(['config', 'threshold'], v)}
          />
        </>
      )}
      <div className="side-two">
        <NumberField
          label="Attempts"
          min={1}
          max={100}
          placeholder="1"
          value={at(step, 'retry', 'max_attempts')}
          error={error('/retry/max_attempts')}
          onChange={(v) => set(['retry', 'max_attempts'], v)}
        />
        <TextField
          label="Pause between"
          value={at(step, 'retry', 'delay')}
          error={error('/retry/delay')}
          placeholder="PT5M"
          onChange={(v) => set(['retry', 'delay'], v)}
        />
      </div>
    </>
  );
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

function Assignment({ step, set, error }: PartProps): ReactNode {
  const a = (...path: string[]): unknown => at(step, 'assignment', ...path);
  const found = a('required_skills');
  const skills = Array.isArray(found) ? found.filter(isRecord) : [];
  const put = (next: readonly object[]): void => set(['assignment', 'required_skills'], next.length > 0 ? next : undefined);
  const swap = (index: number, skill: object): void => put(skills.map((other, i) => (i === index ? skill : other)));
  return (
    <fieldset className="side-group">
      <legend>Who gets it</legend>
      <SelectField
        label="How tasks come to people"
        value={a('mode')}
        error={error('/assignment/mode')}
        none="People take the next one (default)"
        options={MODES}
        onChange={(v) => set(['assignment', 'mode'], v)}
      />
      <TextField
        label="Kept for somebody who does nothing"
        value={a('lease')}
        error={error('/assignment/lease')}
        placeholder="as the project says"
        hint="An ISO 8601 duration: PT45M are 45 minutes"
        onChange={(v) => set(['assignment', 'lease'], v)}
      />
      <Choices
        legend="Roles (none: everybody in the project)"
        chosen={texts(a('required_roles'))}
        options={ROLES}
        onChange={(roles) => set(['assignment', 'required_roles'], roles.length > 0 ? roles : undefined)}
      />
      <div className="field">
        <span className="side-label">Skills</span>
        {skills.map((skill, index) => (
          <div key={index} className="skill">
            <input
              className="input"
              aria-label={`Skill ${index + 1}`}
              placeholder="Its name"
              value={typeof skill.name === 'string' ? skill.name : ''}
              onChange={(event) => swap(index, { ...skill, name: event.target.value })}
            />
            <select
              className="input"
              aria-label={`Least level of skill ${index + 1}`}
              value={typeof skill.min_proficiency === 'string' ? skill.min_proficiency : 'novice'}
              onChange={(event) => swap(index, { ...skill, min_proficiency: event.target.value })}
            >
              {LEVELS.map(([level, words]) => (
                <option key={level} value={level}>
                  {words}
                </option>
              ))}
            </select>
            <IconButton label={`Remove skill ${index + 1}`} onClick={() => put(skills.filter((_, i) => i !== index))}>
              <X size={14} aria-hidden />
            </IconButton>
          </div>
        ))}
        <Button
          look="plain"
          className="side-add"
          icon={<Plus size={14} aria-hidden />}
          onClick={() => put([...skills, { name: '', min_proficiency: 'intermediate' }])}
        >
          Add a skill
        </Button>
      </div>
    </fieldset>
  );
}

function LeadsTo({ step, form, change, select }: PanelProps & { step: Step }): ReactNode {
  const routes = transitionsOf(form).flatMap((t, index) => (t.from === step.id ? [{ t, index }] : []));
  const names = new Map(form.steps.map((other) => [other.id, nameOf(other)]));
  const name = (id: string): string => names.get(id) ?? (id === 'completed' ? 'Done' : id === 'archived' ? 'Archived' : id);
  const move = (index: number, by: -1 | 1): void => change(edits.moveTransition(form, index, by).form);
  return (
    <fieldset className="side-group">
      <legend>Leads to{routes.length > 1 ? ': the first that holds' : ''}</legend>
      <ul className="routes">
        {routes.map(({ t, index }, nth) => (
          <li key={index} className="route">
            <button type="button" className="route-main" onClick={() => select({ kind: 'transition', index })}>
              <ChevronRight size={13} aria-hidden />
              <span className="truncate">
                {name(t.to)}
                {conditionWords(t) && <small> {conditionWords(t)}</small>}
              </span>
            </button>
            {routes.length > 1 && (
              <>
                <IconButton label={`Try ${name(t.to)} earlier`} disabled={nth === 0} onClick={() => move(index, -1)}>
                  <ArrowUp size={13} aria-hidden />
                </IconButton>
                <IconButton label={`Try ${name(t.to)} later`} disabled={nth === routes.length - 1} onClick={() => move(index, 1)}>
                  <ArrowDown size={13} aria-hidden />
                </IconButton>
              </>
            )}
          </li>
        ))}
      </ul>
      <select
        className="input"
        aria-label={`Connect ${nameOf(step)} to`}
        value=""
        onChange={(event) => {
          const made = edits.connect(form, step.id, event.target.value);
          change(made.form);
          select({ kind: 'transition', index: made.index });
        }}
      >
        <option value="" disabled>
          Connect to …
        </option>
        {form.steps.map((other) => (
          <option key={other.id} value={other.id}>
            {nameOf(other)}
          </option>
        ))}
        <option value="completed">Done</option>
        <option value="archived">Archived</option>
      </select>
    </fieldset>
  );
}
