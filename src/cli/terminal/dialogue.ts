import {
  concat,
  defer,
  EMPTY,
  filter,
  finalize,
  from,
  ignoreElements,
  merge,
  NEVER,
  type Observable,
  takeUntil,
  tap,
} from 'rxjs';
import { readInput } from './input.js';
import { createLineEditor, type LineEditor, promptMark, type Terminal } from './line-editor.js';
import { type Streams, writeLine } from './output.js';
import { printable } from './text.js';
import { toLines } from './to-lines.js';

/** The user's side of a conversation. */
export interface Dialogue {
  /** Emits each prompt, never a blank one, even while an answer is printed; completes when the user leaves. */
  readonly prompts: Observable<string>;
  /** Emits when the user wants to stop the current answer. */
  readonly interruptions: Observable<unknown>;
  /** Wraps the turn that answers the next prompt, to keep the line editor off the screen meanwhile. */
  readonly wrapTurn: <T>(turn: Observable<T>) => Observable<T>;
  /** Whether a person is watching, who needs no exit code to notice a failure. */
  readonly isInteractive: boolean;
}

/**
 * Opens a dialogue for `use`: with a person if standard input is a terminal and so is an output, else with standard input,
 * each line of which is a prompt. The dialogue is closed on completion, error and unsubscribe.
 *
 * @param words The first prompt, sent before anything is read; may be empty.
 */
export function withDialogue<T>(
  words: readonly string[],
  { stdin, stdout, stderr }: Streams,
  use: (dialogue: Dialogue) => Observable<T>,
): Observable<T> {
  const first = [words.join(' ')].filter(hasText);
  const screen = stdin.isTTY ? [stdout, stderr].find(({ isTTY }) => isTTY) : undefined;
  return screen === undefined
    ? use({
        prompts: concat(from(first), readInput(stdin).pipe(toLines(), filter(hasText))),
        interruptions: NEVER,
        wrapTurn: (turn) => turn,
        isInteractive: false,
      })
    : withTerminal(first, { keyboard: stdin, screen }, use);
}

function hasText(prompt: string): boolean {
  return prompt.trim() !== '';
}

/**
 * Opens a dialogue with a person. What they type during an answer is kept and shown after it. Ctrl-C stops an answer; at the
 * prompt it discards the line or, once, explains how to leave. Ctrl-D leaves, even during an answer, and unsubscribes from
 * everything.
 */
function withTerminal<T>(
  first: readonly string[],
  terminal: Terminal,
  use: (dialogue: Dialogue) => Observable<T>,
): Observable<T> {
  return defer(() => {
    const { screen } = terminal;
    const editor = createLineEditor(terminal);
    const { trackUnseen, wrapTurn } = shareScreen(editor, screen);
    const typed = defer(() => {
      if (first.length === 0) {
        editor.show();
      }
      return editor.lines;
    });
    const discardLine = editor.interrupts.pipe(
      filter((isHidden) => !isHidden && !editor.clear()),
      filter((_, index) => index === 0),
      tap(() => {
        editor.erase();
        writeLine(screen, 'Press Ctrl-D to leave.', 'dim');
        editor.show();
      }),
      ignoreElements(),
    );
    const used = use({
      prompts: concat(from(first), typed).pipe(trackUnseen),
      interruptions: editor.interrupts.pipe(filter((isHidden) => isHidden)),
      wrapTurn,
      isInteractive: true,
    });
    return merge(discardLine, used).pipe(
      takeUntil(editor.closed),
      finalize(() => editor.close()),
    );
  });
}

function shareScreen(editor: LineEditor, screen: NodeJS.WriteStream) {
  const unseen: string[] = [];
  const begin = (): void => {
    const prompt = unseen.shift();
    if (prompt !== undefined) {
      screen.write(`${promptMark}${printable(prompt)}\n`);
    }
    editor.hide();
  };
  const end = (): void => {
    if (unseen.length === 0) {
      editor.show();
    }
  };
  return {
    /** Mirrors the prompts, and remembers those that are not on the screen because the editor was hidden. */
    trackUnseen: tap((prompt: string) => {
      if (editor.isHidden()) {
        unseen.push(prompt);
      }
    }),
    /** Prints the turn's prompt if it is not on the screen, and hides the editor until no prompt is waiting. */
    wrapTurn: <T>(turn: Observable<T>): Observable<T> => concat(call(begin), turn, call(end)),
  };
}

function call(action: () => void): Observable<never> {
  return defer(() => {
    action();
    return EMPTY;
  });
}
