/** The code editor as it is set up for layouts. Loaded only where a layout is edited. */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  snippet,
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { xmlLanguage } from '@codemirror/lang-xml';
import { bracketMatching, indentUnit } from '@codemirror/language';
import { nextDiagnostic, previousDiagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, Prec, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view';

import { look } from './look';
import { offersAt, toldAt, type Known, type Offer } from './offers';

/** How long after Esc a Tab leaves the text. */
const LEAVE_MS = 5_000;

export interface CodePorts {
  /** As it is when asked: it changes with the task in the preview. */
  readonly known: () => Known;
  readonly onChange: (text: string) => void;
  readonly label: string;
  readonly describedBy: string;
}

export function setup({ known, onChange, label, describedBy }: CodePorts): Extension {
  return [
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightActiveLine(),
    history(),
    drawSelection(),
    indentUnit.of('  '),
    EditorState.tabSize.of(2),
    bracketMatching(),
    closeBrackets(),
    highlightSelectionMatches(),
    search({ top: true }),
    xmlLanguage,
    look,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-describedby': describedBy, spellcheck: 'false', tabindex: '0' }),
    autocompletion({ override: [(context) => complete(context, known())], icons: false }),
    hoverTooltip((view, at) => tooltip(view.state.doc.toString(), at, known())),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
    // Whatever else Esc does (it closes a list, drops a selection), the Tab behind it leaves: nobody is caught in the text.
    Prec.highest(
      EditorView.domEventHandlers({
        keydown: (event, view) => {
          if (event.key === 'Escape') view.setTabFocusMode(LEAVE_MS);
          return false;
        },
      }),
    ),
    keymap.of([
      { key: 'F8', run: nextDiagnostic, shift: previousDiagnostic },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...searchKeymap,
      ...historyKeymap,
      indentWithTab,
      ...defaultKeymap,
    ]),
  ];
}

function complete(context: CompletionContext, known: Known): CompletionResult | null {
  const text = context.state.doc.toString();
  const offers = offersAt(text, context.pos, known);
  if (!offers || offers.list.length === 0) return null;
  const before = text[context.pos - 1] ?? '';
  // Unasked it comes where something begins, not behind every space.
  if (!context.explicit && offers.from === context.pos && !/[<."'$:]/.test(before)) return null;
  return { from: offers.from, to: offers.to, options: offers.list.map(completion), validFor: /^[\w.:$-]*$/ };
}

const completion = ({ name, kind, detail, about, template, first }: Offer): Completion => ({
  label: name,
  type: kind,
  ...(detail ? { detail } : {}),
  ...(about.length > 0 ? { info: () => paragraphs(about) } : {}),
  boost: first ? 50 : kind === 'function' ? -10 : 0,
  apply: (view, chosen, from, to) => {
    snippet(template)(view, chosen, from, to);
    // Between quotes what may stand there comes at once.
    if (/="[^"]*#\{\}"/.test(template) || kind === 'path') startCompletion(view);
  },
});

function tooltip(text: string, at: number, known: Known) {
  const told = toldAt(text, at, known);
  if (!told) return null;
  return {
    pos: told.from,
    end: told.to,
    above: true,
    create: () => {
      const dom = paragraphs(told.about, told.title);
      dom.className = 'code-told';
      return { dom };
    },
  };
}

function paragraphs(lines: readonly string[], title?: string): HTMLElement {
  const box = document.createElement('div');
  if (title !== undefined) box.append(Object.assign(document.createElement('strong'), { textContent: title }));
  for (const line of lines) box.append(Object.assign(document.createElement('p'), { textContent: line }));
  return box;
}
