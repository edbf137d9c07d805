import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { filter, fromEvent, map, merge, type Observable, share, takeUntil } from 'rxjs';
import { inputErrors } from './input.js';
import { eraseLine } from './text.js';

/** Shown before the line being typed. */
export const promptMark = '> ';

/** A keyboard and a screen. */
export interface Terminal {
  readonly keyboard: NodeJS.ReadStream;
  readonly screen: NodeJS.WriteStream;
}

/** Edits a line at a terminal. While the editor is hidden, it keeps what is typed. */
export interface LineEditor {
  /** Emits each line that is not blank; completes at Ctrl-D. */
  readonly lines: Observable<string>;
  /** Emits at Ctrl-D. */
  readonly closed: Observable<unknown>;
  /** Emits at Ctrl-C whether the editor was hidden when the key was pressed. */
  readonly interrupts: Observable<boolean>;
  readonly isHidden: () => boolean;
  /** Shows the editor on a new line of the screen; does nothing after Ctrl-D. */
  readonly show: () => void;
  readonly hide: () => void;
  /** Discards the line; returns whether it had any text. */
  readonly clear: () => boolean;
  /** Erases the line from the screen, so that something else can be written before it is shown again. */
  readonly erase: () => void;
  /** Restores the terminal. */
  readonly close: () => void;
}

/** Starts to read a terminal with a hidden editor; the arrow keys recall earlier lines. */
export function createLineEditor({ keyboard, screen }: Terminal): LineEditor {
  let isHidden = true;
  let isOpen = true;
  const output = muteableOutput(screen, () => isHidden);
  const editor = createInterface({ input: keyboard, output, prompt: promptMark, terminal: true });
  editor.once('close', () => {
    isOpen = false;
    output.write('\n');
  });
  // After Ctrl-Z and fg, readline is paused.
  editor.on('SIGCONT', () => editor.prompt(true));
  const closed = fromEvent(editor, 'close');
  const hide = (): void => {
    isHidden = true;
  };
  const show = (): void => {
    if (!isOpen) {
      return;
    }
    // To redraw, readline moves up by the rows of its last drawing, which was muted: those rows are added first.
    hide();
    editor.prompt(true);
    screen.write('\n'.repeat(editor.getCursorPos().rows));
    isHidden = false;
    editor.prompt(true);
  };
  return {
    lines: merge(inputErrors(editor), fromEvent(editor, 'line') as Observable<string>).pipe(
      filter((line) => {
        const isBlank = line.trim() === '';
        if (isBlank && !isHidden) {
          show();
        }
        return !isBlank;
      }),
      takeUntil(closed),
    ),
    closed,
    interrupts: fromEvent(editor, 'SIGINT').pipe(
      map(() => isHidden),
      takeUntil(closed),
      share(),
    ),
    isHidden: () => isHidden,
    show,
    hide,
    clear: () => {
      const hasText = editor.line !== '';
      editor.write(null, { ctrl: true, name: 'e' });
      editor.write(null, { ctrl: true, name: 'u' });
      return hasText;
    },
    erase: () => {
      screen.write(eraseLine);
    },
    close: () => {
      editor.close();
    },
  };
}

/** Creates a stream that writes to a terminal and has its width, but discards everything while it is muted. */
function muteableOutput(terminal: NodeJS.WriteStream, isMuted: () => boolean): Writable {
  const output = new Writable({
    decodeStrings: false,
    write: (text: string, _, done) => {
      if (!isMuted()) {
        terminal.write(text);
      }
      done();
    },
  });
  return Object.defineProperty(output, 'columns', { get: () => terminal.columns });
}
