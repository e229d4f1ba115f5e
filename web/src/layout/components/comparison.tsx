/** Answers side by side, what they differ in, and the decision: a whole answer, thing by thing, or by hand. */
import type { Json } from '@tandem/client';
import { useId, useMemo, useState, type ReactNode } from 'react';
import { PencilLine } from 'lucide-react';

import { entriesOf, saysTheSame, type Entry } from '~/agreement/values';
import { Button } from '~/ui/controls';
import type { ComponentProps } from '../context';
import { answersOf, decisionOf, isSpan, readable, spansNames, subjectOf, type GivenAnswer } from '../given-answers';
import { isList, isObject } from '../json';
import { comparedRegions } from '../regions-compared';
import { textOf, useResolved } from '../resolve';
import { partEvents, useEvents } from '../use-events';
import { useField, type Field } from '../use-field';
import { writeField } from '../write';
import { DisputedText } from './disputed-text';
import { FieldFrame } from './field-frame';
import { RegionTable } from './region-table';
import { AnswerTable, NONE } from './review';
import { SpanEditor, typesFrom } from './span-editor';

export function AnnotationComparison({ node, frame }: ComponentProps): ReactNode {
  const resolved = useResolved(node, frame);
  const field = useField(node, frame, resolved);
  const emit = useEvents(node);
  const resolve = useEvents(
    partEvents(
      node.parts?.find(({ part }) => part === 'ConflictResolver'),
      node,
    ),
  );
  const { properties, parts } = resolved;
  const answers = useMemo(() => answersOf(properties.annotations), [properties]);
  const compared = useMemo(() => comparedRegions(answers.map(({ regions }) => regions)), [answers]);
  if (answers.length === 0) return NONE;
  const source = textOf(properties, 'source');
  const highlight = properties.highlight_conflicts !== false;
  const resolver = parts.find(({ part }) => part === 'ConflictResolver');
  // Without a word about it a whole answer can be taken, and that is all.
  const mode = resolver ? textOf(resolver.properties, 'mode') || 'select-or-edit' : 'select';
  const subject = field && subjectOf(field.output.path.text, field.output.schema, answers);
  const decisions = field ? answers.map((answer) => decisionOf(subject, field.output.schema, answer)) : [];
  const decide = (value: Json, by: string | null): void => {
    if (!field || field.locked) return;
    writeField(field.fields, field.key, field.output, value);
    if (by !== null) emit('select', { by });
    resolve('resolve', { by });
  };
  const take = (answer: GivenAnswer): ReactNode => {
    const decision = decisions[answers.indexOf(answer)] ?? null;
    const isChosen = field?.value !== undefined && saysTheSame(field.value, decision);
    return (
      <Button disabled={field?.locked} onClick={() => decide(decision, answer.by)}>
        {isChosen ? 'Chosen' : 'Use this'}
      </Button>
    );
  };
  const shown = (
    <>
      <AnswerTable answers={answers} source={source} highlight={highlight} {...(field && mode !== 'edit' && { action: take })} />
      {source !== '' &&
        highlight &&
        spansNames(answers).map((name) => <DisputedText key={name} name={name} text={source} answers={answers} />)}
      {compared && compared.groups.length > 0 && (
        <RegionTable names={answers.map(({ by }) => by)} compared={compared} highlight={highlight} />
      )}
    </>
  );
  if (!field) return shown;
  return (
    <FieldFrame field={field} group>
      <div id={field.id} tabIndex={-1} role="group" aria-labelledby={`${field.id}-label`} className="lay-comparison">
        {shown}
        {resolver && (
          <Resolver
            {...{ field, answers, decisions, source, mode }}
            isAbout={subject}
            onDecide={(value) => decide(value, null)}
          />
        )}
      </div>
    </FieldFrame>
  );
}

interface ResolverProps {
  field: Field;
  answers: readonly GivenAnswer[];
  /** What each of the answers would be as the decision. */
  decisions: readonly Json[];
  source: string;
  mode: string;
  /** What of the answers is decided; null: all of them. */
  isAbout: string | null;
  onDecide: (value: Json) => void;
}

/** Beyond taking an answer whole. */
function Resolver({ field, answers, decisions, source, mode, isAbout, onDecide }: ResolverProps): ReactNode {
  const [editing, setEditing] = useState(mode === 'edit');
  const { value } = field;
  const listed = useMemo(() => (isList(value) ? value : []), [value]);
  const entries = useMemo(() => (decisions.every(isList) ? entriesOf(decisions) : []), [decisions]);
  const isText = decisions.every((decision) => typeof decision === 'string');
  const spans = entries.map(({ item }) => item).filter(isSpan);
  const isMarked = source !== '' && isAbout !== null && spans.length > 0 && spans.length === entries.length;
  const mayEdit = mode !== 'select' && !field.locked && (isText || isMarked);
  return (
    <>
      {mode !== 'edit' && entries.length > 0 && entries.every(({ item }) => isSpan(item) || !isObject(item)) && (
        <Picks {...{ field, answers, entries, listed, source, onDecide }} />
      )}
      {mayEdit && !editing && (
        <Button
          icon={<PencilLine size={14} aria-hidden />}
          onClick={() => {
            // Edited is what is there; of nothing, the answer that most is in.
            if (value === undefined) onDecide(decisions[0] ?? null);
            setEditing(true);
          }}
        >
          Edit the decision
        </Button>
      )}
      {mayEdit && editing && isMarked && (
        <SpanEditor
          field={field}
          text={source}
          types={typesFrom([...new Set(spans.map(({ label }) => (typeof label === 'string' ? label : '')))])}
          value={listed}
          onChange={onDecide}
        />
      )}
      {mayEdit && editing && isText && <TextEditor field={field} onDecide={onDecide} />}
    </>
  );
}

interface PicksProps {
  field: Field;
  answers: readonly GivenAnswer[];
  entries: readonly Entry[];
  listed: readonly Json[];
  source: string;
  onDecide: (value: Json) => void;
}

/** Each thing that any of the answers has: in the decision, or not. */
function Picks({ field, answers, entries, listed, source, onDecide }: PicksProps): ReactNode {
  return (
    <div className="lay-picks" role="group" aria-label={`${field.label}: thing by thing`}>
      {entries.map(({ name, item, answers: who }) => {
        const rest = listed.filter((one) => !saysTheSame([one], [item]));
        const isIn = rest.length < listed.length;
        const by = who.length === answers.length ? 'all' : who.map((at) => answers[at]?.by ?? '').join(', ');
        return (
          <button
            key={name}
            type="button"
            className="lay-pick"
            aria-pressed={isIn}
            disabled={field.locked}
            onClick={() => onDecide(isIn ? rest : [...listed, item])}
          >
            <span className="truncate">{readable([item], source)}</span>
            <small className="muted">{by}</small>
          </button>
        );
      })}
    </div>
  );
}

function TextEditor({ field, onDecide }: { field: Field; onDecide: (value: Json) => void }): ReactNode {
  const id = useId();
  return (
    <>
      <label htmlFor={id} className="sr-only">
        {field.label}, by hand
      </label>
      <textarea
        id={id}
        className="input"
        rows={2}
        value={typeof field.value === 'string' ? field.value : ''}
        onChange={({ currentTarget }) => onDecide(currentTarget.value)}
      />
    </>
  );
}
