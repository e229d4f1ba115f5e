import { setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorView } from '@codemirror/view';
import { useEffect, useImperativeHandle, useRef, type ReactNode, type Ref } from 'react';

import type { Known } from './offers';
import { bare, type Fix, type Placed, type Range } from './problems';
import { setup } from './setup';

export interface Code {
  /** Goes there, and the keys with it. */
  show: (range: Range) => void;
  apply: (fix: Fix) => void;
  /** All of the text is another one; undo brings the one before back. */
  replace: (text: string) => void;
  focus: () => void;
}

interface CodePaneProps {
  ref: Ref<Code>;
  /** What it begins with; afterwards the text is the editor's own, and `onChange` tells it. */
  initial: string;
  known: Known;
  found: readonly Placed[];
  onChange: (text: string) => void;
}

export default function CodePane({ ref, initial, known, found, onChange }: CodePaneProps): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ known, onChange, initial });
  useEffect(() => {
    latest.current = { known, onChange, initial };
  });

  useEffect(() => {
    if (!host.current) return;
    const made = new EditorView({
      parent: host.current,
      doc: latest.current.initial,
      extensions: setup({
        known: () => latest.current.known,
        onChange: (text) => latest.current.onChange(text),
        label: 'The layout',
        describedBy: 'code-help',
      }),
    });
    view.current = made;
    made.focus();
    return () => {
      view.current = null;
      made.destroy();
    };
  }, []);

  useEffect(() => {
    if (view.current) view.current.dispatch(setDiagnostics(view.current.state, diagnostics(view.current, found)));
  }, [found]);

  useImperativeHandle(
    ref,
    () => ({
      show: ({ from, to }) => {
        const now = view.current;
        if (!now) return;
        const end = now.state.doc.length;
        now.dispatch({
          selection: { anchor: Math.min(from, end), head: Math.min(to, end) },
          effects: EditorView.scrollIntoView(Math.min(from, end), { y: 'center' }),
        });
        now.focus();
      },
      apply: (fix) => {
        if (view.current) mend(view.current, fix);
      },
      replace: (text) => {
        const now = view.current;
        now?.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: text } });
        now?.focus();
      },
      focus: () => view.current?.focus(),
    }),
    [],
  );

  return <div className="code nokey" ref={host} />;
}

function mend(view: EditorView, { from, to, insert }: Fix): void {
  if (to > view.state.doc.length) return;
  view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length }, userEvent: 'input.fix' });
  view.focus();
}

function diagnostics(view: EditorView, found: readonly Placed[]): Diagnostic[] {
  const end = view.state.doc.length;
  return found.flatMap((one): Diagnostic[] => {
    const { problem, range, fix } = one;
    if (!range) return [];
    return [
      {
        from: Math.min(range.from, end),
        to: Math.min(range.to, end),
        severity: problem.severity,
        message: bare(one),
        ...(fix
          ? {
              actions: [
                {
                  name: `Change to ${fix.insert}`,
                  // The place has moved along with what was typed before it.
                  apply: (now, from) =>
                    mend(now, { from: from + fix.from - range.from, to: from + fix.to - range.from, insert: fix.insert }),
                },
              ],
            }
          : {}),
      },
    ];
  });
}
