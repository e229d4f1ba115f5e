// XState, asked line by line: {"machine", "steps"} on stdin, what it did after its start and after every step on stdout. A step is {"send": event}
// or {"clock": milliseconds}. Beside domain/tests/statecharts, which gives our machines the same.
import * as readline from 'node:readline';
import {
  SimulatedClock,
  and,
  assign,
  cancel,
  createActor,
  createMachine,
  emit,
  enqueueActions,
  fromCallback,
  log,
  not,
  or,
  raise,
  sendParent,
  sendTo,
  spawnChild,
  stateIn,
  stopChild,
} from 'xstate';

console.warn = () => {};

// The expressions that the generator writes, as JavaScript.
const compiled = new Map();
function evaluate(text, { context, event }) {
  if (!compiled.has(text)) {
    const script = text
      .replace(/\$\.event\./g, 'event.')
      .replace(/\$\.context\./g, 'context.')
      .replace(/\$\./g, 'context.')
      .replace(/default\(([^,()]+),([^()]+)\)/g, '($1 ??$2)');
    compiled.set(text, new Function('context', 'event', `return ${script}`));
  }
  return compiled.get(text)(context, event);
}

const isComputed = (value) =>
  value !== null && typeof value === 'object' && ('$expr' in value || Object.values(value).some(isComputed));

function fill(value, args) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => fill(item, args));
  if ('$expr' in value) return evaluate(value.$expr, args);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, args)]));
}

const template = (value) => (isComputed(value) ? (args) => fill(value, args) : value);
const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

function guard(config) {
  if (config === undefined || typeof config === 'string') return config;
  switch (config.type) {
    case 'and':
      return and(config.guards.map(guard));
    case 'or':
      return or(config.guards.map(guard));
    case 'not':
      return not(guard(config.guard));
    case 'stateIn':
      return stateIn(config.stateValue);
    case 'expression':
      return (args) => evaluate(config.expression, args);
    default:
      return { ...config, params: template(config.params) };
  }
}

function action(config) {
  if (typeof config === 'string') return config;
  const { type, event, id, delay } = config;
  const options = { id, delay };
  switch (type) {
    case 'xstate.assign':
      return assign(
        Object.fromEntries(Object.entries(config.assignment).map(([key, value]) => [key, (args) => fill(value, args)])),
      );
    case 'xstate.raise':
      return raise(template(event), options);
    case 'xstate.cancel':
      return cancel(config.sendId);
    case 'xstate.emit':
      return emit(template(event));
    case 'xstate.log':
      return log(template(config.value), config.label);
    case 'xstate.sendTo':
      return config.to === '#_parent' ? sendParent(template(event), options) : sendTo(config.to, template(event), options);
    case 'xstate.spawnChild':
      return spawnChild(config.src, { id, input: template(config.input) });
    case 'xstate.stopChild':
      return stopChild(config.actorRef);
    case 'xstate.enqueueActions':
      return enqueueActions(({ enqueue, check }) => {
        const chosen = config.collect.filter((branch) => branch.guard === undefined || check(guard(branch.guard)));
        for (const branch of chosen)
          list(branch.actions)
            .map(action)
            .forEach((one) => enqueue(one));
      });
    default:
      return config.params === undefined ? config : { ...config, params: template(config.params) };
  }
}

function transition(config) {
  if (config === null) return undefined;
  if (typeof config === 'string') return config;
  if (Array.isArray(config)) return config.map(transition);
  return { ...config, guard: guard(config.guard), actions: list(config.actions).map(action) };
}

const transitions = (map) => map && Object.fromEntries(Object.entries(map).map(([key, value]) => [key, transition(value)]));

function state(config) {
  const read = { ...config };
  for (const key of ['on', 'after']) if (config[key]) read[key] = transitions(config[key]);
  for (const key of ['always', 'onDone']) if (config[key] !== undefined) read[key] = transition(config[key]);
  for (const key of ['entry', 'exit']) read[key] = list(config[key]).map(action);
  if (config.initial?.target) read.initial = { ...config.initial, actions: list(config.initial.actions).map(action) };
  if (config.output !== undefined) read.output = template(config.output);
  if (config.invoke)
    read.invoke = list(config.invoke).map((invoke) => ({
      ...invoke,
      input: template(invoke.input),
      onDone: invoke.onDone && transition(invoke.onDone),
      onError: invoke.onError && transition(invoke.onError),
    }));
  if (config.states) read.states = Object.fromEntries(Object.entries(config.states).map(([key, inner]) => [key, state(inner)]));
  return read;
}

// The same as in domain/tests/statecharts/main.rs.
const implementations = {
  guards: {
    atLeast: ({ context }, params) => context.n >= params.min,
    isEven: ({ context }) => context.n % 2 === 0,
    fails: () => {
      throw new Error('it fails on purpose');
    },
  },
  actions: Object.fromEntries(['record', 'notify', 'store'].map((name) => [name, () => {}])),
  actors: Object.fromEntries(['worker', 'model'].map((name) => [name, fromCallback(() => {})])),
  delays: { soon: 15 },
};

// XState keeps active states in the order they were entered, which is lost when it is stored and loaded again; SCXML and we keep document order.
// So its states are put in document order after every microstep, through its own inspection.
function inDocumentOrder(snapshot) {
  const sorted = (node, value) => {
    if (typeof value === 'string') return value;
    const keys = Object.keys(value).sort((a, b) => node.states[a].order - node.states[b].order);
    return Object.fromEntries(keys.map((key) => [key, sorted(node.states[key], value[key])]));
  };
  snapshot._nodes.sort((a, b) => a.order - b.order);
  snapshot.value = sorted(snapshot.machine.root, snapshot.value);
}

// A transition out of a parallel state into that state's own history can leave XState with states whose parents are not active (it looks for
// the transition's domain again after history was written). What it does from there on means nothing.
function isBroken(snapshot) {
  const active = new Set(snapshot._nodes);
  return snapshot._nodes.some((node) => {
    const children = Object.values(node.states).filter((child) => child.type !== 'history');
    const count = children.filter((child) => active.has(child)).length;
    const needed = node.type === 'compound' ? 1 : node.type === 'parallel' ? children.length : 0;
    return count !== needed || (node.parent !== undefined && !active.has(node.parent));
  });
}

function told({ type, params }) {
  switch (type) {
    case 'xstate.raise':
      return { type, event: params.event, id: params.id, delay: params.delay };
    case 'xstate.sendTo':
      return { type, to: params.targetId, event: params.event, id: params.id, delay: params.delay };
    case 'xstate.spawnChild':
      return { type, id: params.id, src: params.src, input: params.input };
    case 'xstate.stopChild':
      return { type, id: params?.id };
    default:
      return { type, params };
  }
}

function run({ machine: config, steps }) {
  const clock = new SimulatedClock();
  let actions = [];
  let root;
  let broken = false;
  const inspect = (seen) => {
    root ??= seen.actorRef;
    if (seen.actorRef !== root) return;
    if (seen.type === '@xstate.microstep') {
      broken ||= isBroken(seen.snapshot);
      inDocumentOrder(seen.snapshot);
    }
    if (seen.type === '@xstate.action') actions.push(told(seen.action));
  };
  const actor = createActor(createMachine(state(config), implementations), { clock, inspect, logger: () => {} });
  // A timer of a name that is still running: XState forgets the earlier one and lets it fire all the same.
  const { scheduler } = actor.system;
  const { schedule } = scheduler;
  scheduler.schedule = (source, target, event, delay, id) => {
    const pending = Object.values(actor.system._snapshot._scheduledEvents);
    broken ||= pending.some((one) => one.source === source && one.id === id);
    schedule(source, target, event, delay, id);
  };
  actor.subscribe({ error: () => {} });
  actor.start();
  const look = () => {
    const snapshot = actor.getSnapshot();
    if (broken) return { status: 'broken' };
    const { status, value, context, output } = snapshot;
    const seen =
      status === 'error'
        ? { status, reason: String(snapshot.error?.message ?? snapshot.error) }
        : { status, value, context, output, tags: [...snapshot.tags].sort(), actions };
    actions = [];
    return seen;
  };
  const seen = [look()];
  for (const step of steps) {
    if (seen.at(-1).status !== 'active') break;
    if (step.send) actor.send(step.send);
    else clock.increment(step.clock);
    seen.push(look());
  }
  return seen;
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = run(JSON.parse(line));
  } catch (error) {
    answer = { refused: String(error.message) };
  }
  console.log(JSON.stringify(answer));
}
