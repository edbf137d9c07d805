import { createInterface } from 'node:readline';
import { filter, fromEvent, map, merge, type Observable, share, takeUntil } from 'rxjs';
import { eraseLine } from './erase-line.js';
import { inputFailure } from './input-failure.js';
import { isSaid } from './is-said.js';
import { silenceable } from './silenceable.js';

/** What stands before a line that is typed. */
export const promptMark = '> ';

/** Where a person types, and where they see it. */
export interface Terminal {
  readonly keyboard: NodeJS.ReadStream;
  readonly screen: NodeJS.WriteStream;
}

/** A line being typed at a terminal, behind a mark. While it is hidden, what is typed is kept. */
export interface LineEditor {
  /** Emits each line that is not blank; completes when the person leaves by Ctrl-D. */
  readonly lines: Observable<string>;
  /** Emits when the person leaves. */
  readonly left: Observable<unknown>;
  /** Emits at Ctrl-C whether the editor was hidden when the key was pressed. */
  readonly interrupts: Observable<boolean>;
  readonly isHidden: () => boolean;
  /** Shows it on a new line of the screen; does nothing once the person has left. */
  readonly show: () => void;
  readonly hide: () => void;
  /** Forgets what is typed; gives whether there was anything. */
  readonly clear: () => boolean;
  /** Takes it from the screen, where something else may be written before it is shown again. */
  readonly erase: () => void;
  /** Gives the terminal back as it was. */
  readonly close: () => void;
}

/** Begins to read a terminal, with a hidden editor. Earlier lines are behind the arrow keys. */
export function createLineEditor({ keyboard, screen }: Terminal): LineEditor {
  let isHidden = true;
  let isOpen = true;
  const output = silenceable(screen, () => isHidden);
  const editor = createInterface({ input: keyboard, output, prompt: promptMark, terminal: true });
  editor.once('close', () => {
    isOpen = false;
    output.write('\n');
  });
  // Whoever stopped the program by Ctrl-Z and came back finds it paused, which this ends.
  editor.on('SIGCONT', () => editor.prompt(true));
  const closed = fromEvent(editor, 'close');
  const hide = (): void => {
    isHidden = true;
  };
  const show = (): void => {
    if (!isOpen) {
      return;
    }
    // The editor goes up by as many rows as its line filled when it was last drawn, which nobody saw: they are added first.
    hide();
    editor.prompt(true);
    screen.write('\n'.repeat(editor.getCursorPos().rows));
    isHidden = false;
    editor.prompt(true);
  };
  return {
    lines: merge(inputFailure(editor), fromEvent(editor, 'line') as Observable<string>).pipe(
      filter((line) => {
        if (!isSaid(line) && !isHidden) {
          show();
        }
        return isSaid(line);
      }),
      takeUntil(closed),
    ),
    left: closed,
    interrupts: fromEvent(editor, 'SIGINT').pipe(
      map(() => isHidden),
      takeUntil(closed),
      share(),
    ),
    isHidden: () => isHidden,
    show,
    hide,
    clear: () => {
      const isFilled = editor.line !== '';
      editor.write(null, { ctrl: true, name: 'e' });
      editor.write(null, { ctrl: true, name: 'u' });
      return isFilled;
    },
    erase: () => {
      screen.write(eraseLine);
    },
    close: () => {
      editor.close();
    },
  };
}
