/** Small layouts, written as the server compiles them, and people at work in one. */
import { Session, type Json, type TaskRoom } from '@tandem/client';
import { MemoryServer } from '@tandem/client/testing';

import { LayoutModel, type ModelPorts } from '~/layout/model';
import type { ComponentNode, Expr, KeptAs, Layout, Node, Part, Property, Reactive, Schema } from '~/layout/tree';

export const TASK = '0192f0c1-0000-7000-8000-00000000aaaa';

/** `$.output.notes`, or `item.text` where `item` is a loop's variable. */
export function path(text: string): Expr {
  const [first = '', ...rest] = text.split('.');
  const segments = (first === '$' ? rest.slice(1) : rest).flatMap((name) => {
    const indexed = /^(\w+)\[(\w+)\]$/.exec(name);
    return indexed ? [indexed[1] ?? '', { op: 'local', name: indexed[2] ?? '' } as const] : [name];
  });
  return first === '$' ? { op: 'path', from: rest[0] ?? '', segments } : { op: 'local', name: first, segments };
}

/** @param follows of a loop's variable: what the loop goes over */
export const follows = (text: string, expression: Expr = path(text), ...more: string[]): Reactive => ({
  text,
  expression,
  depends: [...(text.startsWith('$.') ? [text.replace(/\[.*/, '').replace(/\.length$/, '')] : []), ...more],
});

export const literal = (value: Json): Property => ({ kind: 'literal', value });
export const bound = (text: string, ...more: string[]): Property => ({ kind: 'one_way', ...follows(text, path(text), ...more) });
export const computed = (reactive: Reactive): Property => ({ kind: 'expression', ...reactive });

export function component(
  name: string,
  properties: Record<string, Property> = {},
  more: Partial<ComponentNode> = {},
): ComponentNode {
  return { type: 'component', component: name, instance_id: `${name}-1`, properties, ...more };
}

interface FieldOptions {
  readonly kept: KeptAs;
  readonly label?: string;
  readonly schema?: Schema;
  readonly required?: boolean;
  readonly required_when?: Reactive;
  readonly properties?: Record<string, Property>;
  readonly parts?: readonly Part[];
}

export function field(name: string, where: string, options: FieldOptions): ComponentNode {
  const { kept, label = where, schema = { type: 'string' }, required = false, required_when, properties, parts = [] } = options;
  return component(
    name,
    { label: literal(label), value: { kind: 'two_way', ...follows(`$.output.${where}`) }, ...properties },
    {
      instance_id: where,
      parts,
      output: {
        property: 'value',
        path: follows(`$.output.${where}`),
        label,
        schema,
        kept_as: kept,
        required,
        ...(required_when ? { required_when } : {}),
      },
    },
  );
}

export const text = (where: string, more: Partial<FieldOptions> = {}): ComponentNode =>
  field('TextInput', where, { kept: 'text', ...more });

export const part = (name: string, properties: Record<string, Json>, text = ''): Part => ({
  part: name,
  text,
  properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, literal(value)])),
});

export const layout = (...root: Node[]): Layout => ({
  format: 1,
  id: 'test',
  name: 'A test',
  root,
  components: [],
  handlers: [],
  hotkeys: [],
});

/** People in one task, in step with a server in memory. */
export async function people(...names: string[]): Promise<TaskRoom[]> {
  const server = new MemoryServer();
  server.task(TASK);
  const rooms = names.map((name) => {
    const token = server.token(name);
    const tokens = { current: () => token, refresh: () => Promise.resolve(token) };
    const session = new Session({ url: 'ws://memory', tokens, WebSocket: server.WebSocket });
    session.connect();
    return session.subscribeTask(TASK);
  });
  await Promise.all(rooms.map((room) => room.whenJoined()));
  return rooms;
}

export const modelOf = (tree: Layout, room: TaskRoom, more: Partial<ModelPorts> = {}): LayoutModel =>
  new LayoutModel({ layout: tree, fields: room.fields, regions: room.regions, input: {}, ...more });
