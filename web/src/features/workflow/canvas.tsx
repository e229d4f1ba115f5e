import '@xyflow/react/dist/base.css';
import './workflow.css';

import {
  Background,
  BackgroundVariant,
  BaseEdge,
  ControlButton,
  Controls,
  EdgeLabelRenderer,
  ReactFlow,
  type Connection,
  type Edge,
  type EdgeProps,
  type NodeChange,
  type ReactFlowInstance,
} from '@xyflow/react';
import { CircleAlert, Maximize } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

import { cx } from '~/lib/cx';
import { StepBox, type StepNode } from './box';
import { allSteps } from './branches';
import type { Change } from './diff';
import { conditionWords, isEnd, isForPeople, nameOf, transitionsOf, type Form, type Point } from './form';
import { aboutKind } from './kinds';
import { arrowBetween, curve, LABEL, layOut, shorten, viewOf, type Box } from './layout';
import type { Heat } from './overlay';
import { sameTarget, type Target } from './problems';
import { reachedIn, type StepProgress } from './progress';

/** Height of the line of counts, and of what a simulation says. */
const LINE = 26;
/** Of the line with the share that is done. */
const SHARE = 20;

interface ArrowData extends Record<string, unknown> {
  readonly words: string;
  readonly path: string;
  readonly label: Point;
  readonly problems: readonly string[];
  readonly share: string | undefined;
  readonly change: Change | undefined;
  readonly choose: () => void;
}
type ArrowEdge = Edge<ArrowData, 'arrow'>;

export interface CanvasProps {
  form: Form;
  label: string;
  selected?: Target | null;
  onSelect?: (target: Target | null) => void;
  /** Messages by step, and by a transition's place. */
  stepProblems?: ReadonlyMap<string, readonly string[]>;
  transitionProblems?: ReadonlyMap<number, readonly string[]>;
  progress?: ReadonlyMap<string, StepProgress> | null;
  /** Tasks of the project that are done, of all. */
  ended?: { readonly done: number; readonly of: number } | null;
  /** How many tasks I hold, by step. */
  mine?: ReadonlyMap<string, number>;
  /** Why I may not work in a step. */
  closed?: ReadonlyMap<string, readonly string[]>;
  /** What a simulation says: see overlay.ts. */
  heat?: ReadonlyMap<string, Heat>;
  /** The share of the tasks that takes each transition, in words, by its place. */
  shares?: ReadonlyMap<number, string>;
  stepChanges?: ReadonlyMap<string, Change>;
  transitionChanges?: readonly Change[];
  edit?: {
    move: (moved: ReadonlyMap<string, Point>) => void;
    connect: (from: string, to: string) => void;
    remove: (steps: readonly string[], transitions: readonly number[]) => void;
  };
  children?: ReactNode;
}

const NODE_TYPES = { step: StepBox };
const EDGE_TYPES = { arrow: Arrow };
const NONE: readonly string[] = [];

/** A workflow as boxes and arrows. Tab goes from one to the next; where it may be edited, arrow keys move boxes and Delete removes. */
export function Canvas(props: CanvasProps): ReactNode {
  const {
    form,
    selected = null,
    onSelect,
    stepProblems,
    transitionProblems,
    progress,
    ended = null,
    mine,
    closed,
    heat,
    shares,
    stepChanges,
    transitionChanges,
    edit,
  } = props;
  const [dragged, setDragged] = useState<ReadonlyMap<string, Point>>(new Map());
  const [flow, setFlow] = useState<ReactFlowInstance<StepNode, ArrowEdge> | null>(null);
  const area = useRef<HTMLDivElement>(null);
  const extra = (progress ? LINE + SHARE : 0) + (heat ? LINE : 0);
  const laid = useMemo(() => layOut(form, extra), [form, extra]);

  const nodes = useMemo(() => {
    const steps = new Map(form.steps.map((step) => [step.id, step]));
    const reached = progress ? reachedIn(form, progress, ended?.done ?? 0) : null;
    const chosen = selected?.kind === 'step' ? selected.id : null;
    return [...laid.boxes].map(([id, box]): StepNode => {
      const step = steps.get(id);
      const what = step ? `${aboutKind(step.type).name}: ${nameOf(step)}` : id === 'completed' ? 'Done' : 'Archived';
      const wrong = stepProblems?.get(id) ?? NONE;
      const shut = (step && isForPeople(step.type) ? closed?.get(id) : undefined) ?? NONE;
      const told = [what, ...wrong, ...(shut.length > 0 ? ['Not open to you:', ...shut] : [])];
      return {
        id,
        type: 'step',
        position: dragged.get(id) ?? { x: box.x, y: box.y },
        width: box.width,
        height: box.height,
        measured: { width: box.width, height: box.height },
        selected: sameTarget(selected, { kind: 'step', id }),
        selectable: step !== undefined,
        focusable: step !== undefined,
        draggable: edit !== undefined,
        deletable: step !== undefined,
        connectable: edit !== undefined,
        ariaLabel: told.length > 1 ? `${what}. ${told.slice(1).join(' ')}` : what,
        data: {
          id,
          step,
          first: form.steps[0]?.id === id,
          problems: wrong,
          progress: progress ?? null,
          reached: reached?.has(id) ?? false,
          ended: id === 'completed' && progress ? ended : null,
          closed: shut,
          mine: step ? allSteps([step]).reduce((sum, one) => sum + (mine?.get(one.id) ?? 0), 0) : 0,
          heat: heat?.get(id),
          change: stepChanges?.get(id),
          editable: edit !== undefined,
          inner: chosen,
          choose: onSelect ? (inner) => onSelect({ kind: 'step', id: inner }) : null,
        },
      };
    });
  }, [form, laid, dragged, selected, onSelect, stepProblems, progress, ended, mine, closed, heat, stepChanges, edit]);

  const edges = useMemo(() => {
    const between = new Map<string, number>();
    const boxAt = (id: string): Box | undefined => {
      const box = laid.boxes.get(id);
      const point = dragged.get(id);
      return box && (point ? { ...box, ...point } : box);
    };
    return transitionsOf(form).flatMap((transition, index): ArrowEdge[] => {
      const { from, to } = transition;
      const [source, target] = [boxAt(from), from === to ? boxAt(from) : boxAt(to)];
      if (!source || !target) return [];
      const nth = between.get(`${from} ${to}`) ?? 0;
      between.set(`${from} ${to}`, nth + 1);
      const route = dragged.has(from) || dragged.has(to) ? undefined : laid.routes.get(index);
      const drawn = route ? { path: curve(route.points), label: route.label } : arrowBetween(source, target, nth);
      const words = conditionWords(transition);
      const wrong = transitionProblems?.get(index) ?? NONE;
      return [
        {
          id: String(index),
          type: 'arrow',
          source: from,
          target: to,
          selected: sameTarget(selected, { kind: 'transition', index }),
          focusable: onSelect !== undefined,
          deletable: edit !== undefined,
          ariaLabel: `From ${from} to ${to}${words ? ` when ${words}` : ''}${shares?.has(index) ? `, ${shares.get(index)} of the tasks` : ''}${wrong.length > 0 ? `. ${wrong.join(' ')}` : ''}`,
          data: {
            ...drawn,
            words,
            problems: wrong,
            share: shares?.get(index),
            change: transitionChanges?.[index],
            choose: () => onSelect?.({ kind: 'transition', index }),
          },
        },
      ];
    });
  }, [form, laid, dragged, selected, transitionProblems, shares, transitionChanges, onSelect, edit]);

  const onNodesChange = useCallback(
    (changes: NodeChange<StepNode>[]) => {
      const moved = new Map<string, Point>();
      let done = false;
      for (const change of changes) {
        if (change.type === 'position' && change.position) {
          moved.set(change.id, change.position);
          // Moved by arrow keys there is no dragging that could end.
          done ||= !change.dragging;
        } else if (change.type === 'position') done = true;
        else if (change.type === 'select' && change.selected) onSelect?.({ kind: 'step', id: change.id });
      }
      if (moved.size === 0 && !done) return;
      const all = new Map([...dragged, ...moved]);
      if (!done) {
        setDragged(all);
        return;
      }
      setDragged(new Map());
      if (all.size > 0) edit?.move(all);
    },
    [dragged, edit, onSelect],
  );

  const latest = useRef(laid);
  useEffect(() => {
    latest.current = laid;
  });
  const fit = useCallback(() => {
    const element = area.current;
    if (element && flow) void flow.setViewport(viewOf(latest.current.boxes.values(), element.clientWidth, element.clientHeight));
  }, [flow]);
  // When the room changes; and when boxes come or go where nothing is being edited.
  const shape = edit ? '' : [...laid.boxes.keys()].join(' ');
  useEffect(fit, [fit, shape]);
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    const watch = new ResizeObserver(fit);
    watch.observe(element);
    return () => watch.disconnect();
  }, [fit]);
  // What was chosen in a list comes into view.
  useEffect(() => {
    if (!flow || selected?.kind !== 'step') return;
    const box = laid.boxes.get(selected.id);
    if (!box || !area.current) return;
    const { x, y, zoom } = flow.getViewport();
    const [left, top] = [box.x * zoom + x, box.y * zoom + y];
    const { clientWidth, clientHeight } = area.current;
    const inside = left >= 0 && top >= 0 && left + box.width * zoom <= clientWidth && top + box.height * zoom <= clientHeight;
    if (!inside) void flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, { zoom, duration: 250 });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when something else is chosen, not when it is moved
  }, [flow, selected]);

  return (
    <div className="flow" ref={area} aria-label={props.label} role="group">
      <ReactFlow<StepNode, ArrowEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onInit={setFlow}
        onNodesChange={onNodesChange}
        onNodeClick={(_, node) => node.data.step && onSelect?.({ kind: 'step', id: node.id })}
        onEdgesChange={(changes) => {
          for (const change of changes) {
            if (change.type === 'select' && change.selected) onSelect?.({ kind: 'transition', index: Number(change.id) });
          }
        }}
        onEdgeClick={(_, edge) => onSelect?.({ kind: 'transition', index: Number(edge.id) })}
        onPaneClick={() => onSelect?.(null)}
        {...(edit
          ? {
              onConnect: ({ source, target }: Connection) => edit.connect(source, target),
              onDelete: ({ nodes: gone, edges: cut }: { nodes: StepNode[]; edges: ArrowEdge[] }) =>
                edit.remove(
                  gone.map((node) => node.id),
                  cut.map((edge) => Number(edge.id)),
                ),
              isValidConnection: ({ source }: Connection | ArrowEdge) => !isEnd(source),
            }
          : {})}
        nodesDraggable={edit !== undefined}
        nodesConnectable={edit !== undefined}
        elementsSelectable={onSelect !== undefined}
        deleteKeyCode={edit ? DELETE_KEYS : null}
        multiSelectionKeyCode={null}
        selectionKeyCode={null}
        minZoom={0.25}
        maxZoom={1.6}
        connectionRadius={36}
        proOptions={ATTRIBUTION}
      >
        <svg aria-hidden>
          <defs>
            {MARKS.map((tone) => (
              <marker
                key={tone}
                id={`flow-tip-${tone}`}
                className={`flow-tip flow-tip-${tone}`}
                viewBox="0 0 10 10"
                refX="9"
                refY="5"
                markerWidth="7"
                markerHeight="7"
                orient="auto-start-reverse"
              >
                <path d="M1,1 L9,5 L1,9" />
              </marker>
            ))}
          </defs>
        </svg>
        <Background variant={BackgroundVariant.Dots} gap={22} size={1.2} />
        <Controls showInteractive={false} showFitView={false} position="bottom-left" orientation="horizontal">
          <ControlButton onClick={fit} title="See all of it" aria-label="See all of it">
            <Maximize size={14} aria-hidden />
          </ControlButton>
        </Controls>
        {props.children}
      </ReactFlow>
    </div>
  );
}

const DELETE_KEYS = ['Delete', 'Backspace'];
// The library asks that its name stays where it is used without a subscription.
const ATTRIBUTION = { hideAttribution: false };
const MARKS = ['plain', 'chosen', 'wrong', 'added', 'removed', 'changed'] as const;
function Arrow({ id, data, selected }: EdgeProps<ArrowEdge>): ReactNode {
  if (!data) return null;
  const { words, path, label, problems, share, change, choose } = data;
  const wrong = problems.length > 0;
  const tone = wrong ? 'wrong' : selected ? 'chosen' : change && change !== 'same' ? change : 'plain';
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        markerEnd={`url(#flow-tip-${tone})`}
        className={`flow-arrow flow-arrow-${tone}`}
        interactionWidth={22}
      />
      {(words !== '' || wrong || share !== undefined) && (
        <EdgeLabelRenderer>
          <span
            className={cx('flow-label nodrag nopan', `flow-label-${tone}`)}
            style={{ transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)` }}
            title={wrong ? problems.join('\n') : words}
            onClick={choose}
          >
            {wrong && <CircleAlert size={12} aria-hidden />}
            {shorten(words, LABEL)}
            {share !== undefined && <b className="flow-share num">{share}</b>}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
}
