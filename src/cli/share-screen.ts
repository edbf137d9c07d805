import { concat, defer, EMPTY, type MonoTypeOperatorFunction, type Observable, tap } from 'rxjs';
import { type LineEditor, promptMark } from './line-editor.js';
import { printable } from './printable.js';

/** How prompts and answers share a screen. */
export interface ScreenSharing {
  /** Passes the prompts through, and remembers those that the screen does not show. */
  readonly prompts: MonoTypeOperatorFunction<string>;
  /** Hides the editor while a turn is subscribed, and shows it after the last one; shows the prompt where that was not yet done. */
  readonly during: <T>(turn: Observable<T>) => Observable<T>;
}

/** Lets an editor and answers take turns on a screen. */
export function shareScreen(editor: LineEditor, screen: NodeJS.WriteStream): ScreenSharing {
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
    prompts: tap((prompt) => {
      if (editor.isHidden()) {
        unseen.push(prompt);
      }
    }),
    during: (turn) => concat(act(begin), turn, act(end)),
  };
}

function act(action: () => void): Observable<never> {
  return defer(() => {
    action();
    return EMPTY;
  });
}
