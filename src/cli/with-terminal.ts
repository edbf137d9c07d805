import { concat, defer, filter, finalize, from, ignoreElements, merge, type Observable, takeUntil, tap } from 'rxjs';
import type { Dialogue } from './dialogue.js';
import { createLineEditor, type Terminal } from './line-editor.js';
import { shareScreen } from './share-screen.js';
import { writeLine } from './write-line.js';

/**
 * Lets the person at a terminal take part in a conversation. While an answer comes, what they type is kept and shown after
 * it, and Ctrl-C interrupts. At the prompt, Ctrl-C drops the line, or says once how to leave where there is none. Ctrl-D
 * leaves, in the middle of an answer as well: all that it was used for is unsubscribed.
 *
 * @param first What is said before anything is typed.
 */
export function withTerminal<T>(
  first: readonly string[],
  terminal: Terminal,
  use: (dialogue: Dialogue) => Observable<T>,
): Observable<T> {
  return defer(() => {
    const { screen } = terminal;
    const editor = createLineEditor(terminal);
    const { prompts, during } = shareScreen(editor, screen);
    const typed = defer(() => {
      if (first.length === 0) {
        editor.show();
      }
      return editor.lines;
    });
    const dropLine = editor.interrupts.pipe(
      filter((isHidden) => !isHidden && !editor.clear()),
      filter((_, index) => index === 0),
      tap(() => {
        editor.erase();
        writeLine(screen, 'Ctrl-D leaves.', 'dim');
        editor.show();
      }),
      ignoreElements(),
    );
    const used = use({
      prompts: concat(from(first), typed).pipe(prompts),
      interruptions: editor.interrupts.pipe(filter((isHidden) => isHidden)),
      during,
      isAttended: true,
    });
    return merge(dropLine, used).pipe(
      takeUntil(editor.left),
      finalize(() => editor.close()),
    );
  });
}
