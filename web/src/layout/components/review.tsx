/** Looking at answers: of other people, and of models. */
import { uuidv7, type Json } from '@tandem/client';
import { useMemo, useState, type ReactNode } from 'react';
import { Check, X } from 'lucide-react';

import { Button } from '~/ui/controls';
import { useLayout, type ComponentProps } from '../context';
import { isList, isObject, same, written, type JsonObject } from '../json';
import { numberOf, textOf, useResolved } from '../resolve';
import { sliceOf } from '../spans';
import { partEvents, useEvents } from '../use-events';
import { useField } from '../use-field';
import { comparedRegions, regionsIn, type AnswerRegion } from '../regions-compared';
import { FieldFrame } from './field-frame';
import { RegionTable } from './region-table';

interface Answer {
  readonly by: string;
  readonly output: JsonObject;
  /** null: it says nothing about regions. */
  readonly regions: readonly AnswerRegion[] | null;
}

/** Answers as the workflow's context has them: an object each, with who gave it and the `output`. */
function answersOf(value: Json | undefined): Answer[] {
  if (value === undefined || !isList(value)) return [];
  return value.filter(isObject).map((entry, at) => {
    const by = entry.user_name ?? entry.user ?? entry.user_id;
    return {
      by: typeof by === 'string' ? by : `Answer ${at + 1}`,
      output: isObject(entry.output) ? entry.output : {},
      regions: regionsIn(entry.regions),
    };
  });
}

const NONE = <p className="muted">There are no answers yet.</p>;

/** One value of an answer as people read it; spans as the letters they cover. */
function readable(value: Json | undefined, source: string): string {
  if (value === undefined || value === null) return '—';
  if (!isList(value)) return written(value);
  const items = value.map((item) => {
    if (!isObject(item)) return written(item);
    const { start, end, label } = item;
    if (typeof start !== 'number' || typeof end !== 'number') return written(item);
    return `${written(label ?? null)}: ${sliceOf(source, { start, end })}`;
  });
  return items.join(', ');
}

const namesOf = (answers: readonly Answer[]): string[] =>
  [...new Set(answers.flatMap(({ output }) => Object.keys(output)))].sort();

const differs = (answers: readonly Answer[], name: string): boolean =>
  answers.some(({ output }) => !same(output[name] ?? null, answers[0]?.output[name] ?? null));

interface TableProps {
  answers: readonly Answer[];
  source: string;
  highlight: boolean;
  action?: (answer: Answer) => ReactNode;
}

function AnswerTable({ answers, source, highlight, action }: TableProps): ReactNode {
  const names = namesOf(answers);
  return (
    <div className="lay-table" tabIndex={0} role="region" aria-label="Answers side by side">
      <table>
        <thead>
          <tr>
            <td />
            {answers.map((answer, at) => (
              <th key={at} scope="col">
                {answer.by}
                {action?.(answer)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => {
            const isConflict = highlight && differs(answers, name);
            return (
              <tr key={name} className={isConflict ? 'lay-conflict' : undefined}>
                <th scope="row">
                  {name}
                  {isConflict && <small> differs</small>}
                </th>
                {answers.map(({ output }, at) => (
                  <td key={at}>{readable(output[name], source)}</td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

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
  const { properties } = resolved;
  const answers = useMemo(() => answersOf(properties.annotations), [properties]);
  const compared = useMemo(() => comparedRegions(answers.map(({ regions }) => regions)), [answers]);
  if (answers.length === 0) return NONE;
  const highlight = properties.highlight_conflicts !== false;
  const table = (
    <AnswerTable
      answers={answers}
      source={textOf(properties, 'source')}
      highlight={highlight}
      {...(field && {
        action: (answer) => (
          <Button
            disabled={field.locked}
            onClick={() => {
              decide(field, answer);
              emit('select', { by: answer.by });
              resolve('resolve', { by: answer.by });
            }}
          >
            {field.value !== undefined && same(field.value, decisionOf(field.output.path.text, answer)) ? 'Chosen' : 'Use this'}
          </Button>
        ),
      })}
    />
  );
  const regions = compared && compared.groups.length > 0 && (
    <RegionTable names={answers.map(({ by }) => by)} compared={compared} highlight={highlight} />
  );
  return field ? (
    <FieldFrame field={field} group>
      <div id={field.id} tabIndex={-1} role="group" aria-labelledby={`${field.id}-label`}>
        {table}
        {regions}
      </div>
    </FieldFrame>
  ) : (
    <>
      {table}
      {regions}
    </>
  );
}

/** What of an answer is the decision: the value of that name, if all that is asked is one; else all of it. */
function decisionOf(path: string, { output }: Answer): Json {
  const name = path.split('.').at(-1) ?? '';
  return output[name] ?? output;
}

function decide(field: NonNullable<ReturnType<typeof useField>>, answer: Answer): void {
  const decision = decisionOf(field.output.path.text, answer);
  if (field.output.kept_as !== 'items' || !isList(decision)) {
    field.set(decision);
    return;
  }
  field.fields.transact(() => {
    field.fields.clear(field.key);
    for (const item of decision) field.put(isObject(item) && typeof item.id === 'string' ? item.id : uuidv7(), item);
  });
}

export function PreviousAnnotations({ node, frame }: ComponentProps): ReactNode {
  const { properties } = useResolved(node, frame);
  const answers = useMemo(() => answersOf(properties.data), [properties]);
  return answers.length === 0 ? NONE : <AnswerTable answers={answers} source="" highlight={false} />;
}

/** Every two answers, once. */
const pairsOf = (answers: readonly Answer[]): [Answer, Answer][] =>
  answers.flatMap((one, at) => answers.slice(at + 1).map((other): [Answer, Answer] => [one, other]));

const mean = (numbers: readonly number[]): number | null =>
  numbers.length === 0 ? null : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Numbers that can be had from the answers alone; the others are the server's. */
export const METRICS: Readonly<
  Record<string, { readonly name: string; readonly of: (answers: readonly Answer[]) => number | null; readonly needs?: string }>
> = {
  exact_match: {
    name: 'Whole answers that are equal',
    of: (answers) => mean(pairsOf(answers).map(([a, b]) => Number(same(a.output as Json, b.output as Json)))),
  },
  percentage: {
    name: 'Fields that are equal',
    of: (answers) => {
      const names = namesOf(answers);
      return mean(
        pairsOf(answers).flatMap(([a, b]) => names.map((name) => Number(same(a.output[name] ?? null, b.output[name] ?? null)))),
      );
    },
  },
  iou: {
    name: 'Regions: how much they overlap',
    of: (answers) => comparedRegions(answers.map(({ regions }) => regions))?.agreement ?? null,
    needs: 'needs regions in two answers',
  },
};

/** Where nothing is drawn, nothing overlaps. */
const measurable = (answers: readonly Answer[]): readonly string[] =>
  Object.keys(METRICS).filter((name) => name !== 'iou' || answers.some(({ regions }) => regions !== null && regions.length > 0));

export function AgreementDisplay({ node, frame }: ComponentProps): ReactNode {
  const { properties } = useResolved(node, frame);
  const answers = useMemo(() => answersOf(properties.annotations), [properties]);
  const wanted = isList(properties.metrics) ? properties.metrics.map(written) : measurable(answers);
  return (
    <dl className="lay-metrics">
      {wanted.map((name) => {
        const metric = METRICS[name];
        const value = metric?.of(answers) ?? null;
        return (
          <div key={name}>
            <dt>{metric?.name ?? name}</dt>
            <dd className="num">
              {value !== null
                ? `${Math.round(value * 100)} %`
                : metric
                  ? (metric.needs ?? 'needs two answers')
                  : 'not computed here yet'}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

const confidenceOf = (prediction: JsonObject): number | null =>
  typeof prediction.confidence === 'number' ? prediction.confidence : null;

/** What a model suggests; what is decided goes from the list. */
export function AISuggestions({ node, frame }: ComponentProps): ReactNode {
  const { readOnly, suggestions } = useLayout();
  const { properties } = useResolved(node, frame);
  const emit = useEvents(node);
  const [decided, setDecided] = useState<ReadonlySet<string>>(new Set());
  const [refused, setRefused] = useState('');
  const least = numberOf(properties, 'min_confidence') ?? 0;
  const given = properties.predictions;
  const all = given !== undefined && isList(given) ? given.filter(isObject) : [];
  const left = all.filter((prediction) => (confidenceOf(prediction) ?? 1) >= least && !decided.has(JSON.stringify(prediction)));
  const decide = (event: 'accept' | 'reject', predictions: readonly JsonObject[]): void => {
    const isLive = ({ id }: JsonObject): boolean => typeof id === 'string' && suggestions?.has(id) === true;
    // Of regions the document says what is decided: others see it at once, and undo brings them back here.
    const live = predictions.filter(isLive).flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
    if (live.length > 0) suggestions?.[event](live);
    const others = predictions.filter((prediction) => !isLive(prediction));
    const said = others.map((prediction) => emit(event, prediction));
    // What could not be done is not decided.
    const done = others.filter((_, at) => typeof said[at] !== 'string');
    setRefused(said.find((why) => typeof why === 'string') ?? '');
    setDecided(new Set([...decided, ...done.map((prediction) => JSON.stringify(prediction))]));
  };
  return (
    <section className="lay-suggestions" aria-label={textOf(properties, 'title') || 'Suggestions'}>
      <div className="lay-suggestions-head">
        <strong>{textOf(properties, 'title') || 'Suggestions'}</strong>
        {left.length > 1 && (
          <Button
            disabled={readOnly}
            onClick={() => {
              decide('accept', left);
              emit('accept-all', left.length);
            }}
          >
            Accept all {left.length}
          </Button>
        )}
      </div>
      {left.length === 0 && <p className="muted">Nothing is left to decide.</p>}
      <p className="lay-said" role="status">
        {refused}
      </p>
      <ul>
        {left.map((prediction) => {
          const confidence = confidenceOf(prediction);
          const name = [prediction.label, prediction.text ?? prediction.value]
            .filter((part) => part !== undefined)
            .map((part) => written(part ?? null))
            .join(': ');
          return (
            <li key={JSON.stringify(prediction)}>
              <span className="lay-option-text">{name || written(prediction)}</span>
              {confidence !== null && <span className="muted num">{Math.round(confidence * 100)} %</span>}
              <Button disabled={readOnly} icon={<Check size={14} aria-hidden />} onClick={() => decide('accept', [prediction])}>
                Accept<span className="sr-only"> {name}</span>
              </Button>
              <Button
                look="plain"
                disabled={readOnly}
                icon={<X size={14} aria-hidden />}
                onClick={() => decide('reject', [prediction])}
              >
                Reject<span className="sr-only"> {name}</span>
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
