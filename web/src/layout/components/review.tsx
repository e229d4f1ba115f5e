/** Looking at answers: of other people, and of models. */
import { useMemo, useState, type ReactNode } from 'react';
import { Check, X } from 'lucide-react';

import { useLive } from '~/lib/use-store';
import { Button } from '~/ui/controls';
import { useLayout, type ComponentProps } from '../context';
import { answersOf, differs, namesOf, readable, type GivenAnswer } from '../given-answers';
import { isList, isObject, written, type JsonObject } from '../json';
import { measurable, measured, METRICS } from '../metrics';
import { predictionId } from '../predictions';
import { numberOf, textOf, useResolved } from '../resolve';
import { useEvents } from '../use-events';

export const NONE = <p className="muted">There are no answers yet.</p>;

interface TableProps {
  answers: readonly GivenAnswer[];
  source: string;
  highlight: boolean;
  action?: (answer: GivenAnswer) => ReactNode;
}

export function AnswerTable({ answers, source, highlight, action }: TableProps): ReactNode {
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

export function PreviousAnnotations({ node, frame }: ComponentProps): ReactNode {
  const { properties } = useResolved(node, frame);
  const answers = useMemo(() => answersOf(properties.data), [properties]);
  return answers.length === 0 ? NONE : <AnswerTable answers={answers} source="" highlight={false} />;
}

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
              {metric === undefined ? 'not known' : value === null ? metric.needs : measured(metric, value)}
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
  const { room, readOnly, suggestions } = useLayout();
  const { properties } = useResolved(node, frame);
  const emit = useEvents(node);
  const [refused, setRefused] = useState('');
  const least = numberOf(properties, 'min_confidence') ?? 0;
  const given = properties.predictions;
  const found = given !== undefined && isList(given) ? given.filter(isObject) : [];
  const all = [...new Map(found.map((prediction) => [predictionId(prediction), prediction])).values()];
  const sure = all.filter((prediction) => (confidenceOf(prediction) ?? 1) >= least);
  // What is decided is in the document: the same for everybody and after a reload, and open again when it is undone.
  const isOpen = useLive(room.suggestions, () =>
    sure.map((prediction) => (room.suggestions.verdict(predictionId(prediction)) === null ? '1' : '0')).join(''),
  );
  const left = sure.filter((_, at) => isOpen[at] === '1');
  const decide = (event: 'accept' | 'reject', predictions: readonly JsonObject[]): void => {
    const isLive = ({ id }: JsonObject): boolean => typeof id === 'string' && suggestions?.has(id) === true;
    // A region is its own verdict.
    const live = predictions.filter(isLive).flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
    if (live.length > 0) suggestions?.[event](live);
    const others = predictions.filter((prediction) => !isLive(prediction));
    const said = room.regions.transact(() =>
      others.map((prediction) => {
        const why = emit(event, prediction);
        // What could not be done is not decided.
        if (typeof why !== 'string')
          room.suggestions.note(predictionId(prediction), event === 'accept' ? 'accepted' : 'rejected');
        return why;
      }),
    );
    setRefused(said.find((why) => typeof why === 'string') ?? '');
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
            <li key={predictionId(prediction)}>
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
