/** A compiled layout as the server sends it: the counterpart of `domain/src/layout/tree.rs`, format 1. */
import type { Json } from '@tandem/client';

export interface Layout {
  readonly format: number;
  readonly id: string;
  readonly name?: string;
  readonly root: readonly Node[];
  /** Components that whoever renders it must have. */
  readonly components: readonly string[];
  /** Names of handlers that hooks must provide. */
  readonly handlers: readonly string[];
  readonly hotkeys: readonly Hotkey[];
}

export type Node = ComponentNode | TextNode | ShowNode | ForEachNode | SwitchNode;

export interface TextNode {
  readonly type: 'text';
  readonly text: string;
}

export interface ShowNode {
  readonly type: 'show';
  readonly when: Reactive;
  readonly children: readonly Node[];
  readonly fallback?: readonly Node[];
}

export interface ForEachNode {
  readonly type: 'for_each';
  readonly items: Reactive;
  /** The variable that is the item. */
  readonly as: string;
  /** The variable that is its place, from 0. */
  readonly key?: string;
  readonly children: readonly Node[];
}

export interface SwitchNode {
  readonly type: 'switch';
  readonly on: Reactive;
  readonly cases: readonly { readonly values: readonly Json[]; readonly children: readonly Node[] }[];
  readonly default: readonly Node[];
}

export interface ComponentNode {
  readonly type: 'component';
  readonly component: string;
  /** Unique in the layout, but for turns of a loop. */
  readonly instance_id: string;
  readonly properties: Readonly<Record<string, Property>>;
  /** Property, breakpoint, value. */
  readonly responsive?: Readonly<Record<string, Readonly<Partial<Record<Breakpoint, Json>>>>>;
  /** Event, handler. */
  readonly events?: Readonly<Record<string, string>>;
  readonly parts?: readonly Part[];
  readonly children?: readonly Node[];
  readonly output?: Output;
}

/** Options, labels and the like. */
export interface Part {
  readonly part: string;
  readonly properties: Readonly<Record<string, Property>>;
  readonly events?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly parts?: readonly Part[];
}

export type Property =
  { readonly kind: 'literal'; readonly value: Json } | ({ readonly kind: 'expression' | 'one_way' | 'two_way' } & Reactive);

export interface Reactive {
  readonly text: string;
  readonly expression: Expr;
  /** Paths such as `$.input.pages`: when what is at, above or below one of them changes, so may this. */
  readonly depends: readonly string[];
}

/** How a field is kept in the live document. */
export type KeptAs = 'text' | 'set' | 'items' | 'value' | 'regions';

export interface Output {
  /** The two-way property. */
  readonly property: string;
  readonly path: Reactive;
  readonly label: string;
  readonly schema: Schema;
  readonly kept_as: KeptAs;
  readonly required: boolean;
  readonly required_when?: Reactive;
}

/** JSON Schema (draft 2020-12), the part of it that layouts produce. */
export type Schema = Readonly<Record<string, Json>>;

export interface Hotkey {
  readonly key: string;
  readonly instance_id: string;
  /** The label, option or class it chooses; none: the component itself. */
  readonly value?: string;
}

export type Breakpoint = 'sm' | 'md' | 'lg' | 'xl';

/** One step down: a name, a place in a list (negative: from its end), or whichever an expression comes to. */
export type Segment = string | number | Expr;

export type Sign = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in';

export type Expr =
  | { readonly op: 'literal'; readonly value: Json }
  | { readonly op: 'list'; readonly items: readonly Expr[] }
  | { readonly op: 'path'; readonly from: string; readonly segments?: readonly Segment[] }
  | { readonly op: 'local'; readonly name: string; readonly segments?: readonly Segment[] }
  | { readonly op: 'not' | 'negate'; readonly of: Expr }
  | { readonly op: 'and' | 'or'; readonly left: Expr; readonly right: Expr }
  | { readonly op: 'compare'; readonly sign: Sign; readonly left: Expr; readonly right: Expr }
  | { readonly op: 'arithmetic'; readonly sign: '+' | '-' | '*' | '/' | '%'; readonly left: Expr; readonly right: Expr }
  | { readonly op: 'call'; readonly function: string; readonly arguments: readonly Expr[] };
