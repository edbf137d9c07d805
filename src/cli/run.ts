import { catchError, defer, endWith, NEVER, type Observable, of } from 'rxjs';
import { AlreadyTold } from './already-told.js';
import { ask } from './ask.js';
import { chat } from './chat.js';
import { explainError } from './explain-error.js';
import { helpOn } from './help-on.js';
import { Interrupted } from './interrupted.js';
import { listModels } from './list-models.js';
import { OutputClosed } from './output-error.js';
import { type Command, parseArguments } from './parse-arguments.js';
import { printText } from './print-text.js';
import { serve } from './serve.js';
import type { Streams } from './streams.js';
import { UsageError } from './usage-error.js';
import { version } from './version.js';
import { writeLine } from './write-line.js';

/**
 * Does what a command line asks for, and emits the exit code once all is done and written: 0, or 1 for a failure and 2
 * for wrong usage, which are explained in one line on stderr. A reader of stdout that goes away is no failure.
 * Unsubscribing stops everything: the request, and the local server.
 *
 * @param parameters What follows the program's name.
 * @param interruptions Its first value ends the answers that are being printed, after all that had come of them; there is no
 * exit code then. Whoever interrupts unsubscribes, too, which stops what else there is.
 */
export function run(
  parameters: readonly string[],
  streams: Streams,
  interruptions: Observable<unknown>,
): Observable<number> {
  return defer(() => execute(parseArguments(parameters), streams, interruptions)).pipe(
    endWith(0),
    catchError((error: unknown) => (error instanceof Interrupted ? NEVER : of(fail(error, streams.stderr)))),
  );
}

/** Emits nothing. */
function execute(command: Command, streams: Streams, interruptions: Observable<unknown>): Observable<never> {
  switch (command.name) {
    case 'help':
      return of(helpOn(command.command)).pipe(printText(streams.stdout));
    case 'version':
      return of(version()).pipe(printText(streams.stdout));
    case 'models':
      return listModels(command.listing, streams);
    case 'serve':
      return serve(command.serving, streams);
    case 'chat':
      return chat(command.question, streams);
    case 'ask':
      return ask(command.question, streams, interruptions);
  }
}

/** Says what went wrong, and gives the exit code. */
function fail(error: unknown, stderr: NodeJS.WriteStream): number {
  if (error instanceof OutputClosed) {
    return 0;
  }
  if (error instanceof AlreadyTold) {
    return 1;
  }
  writeLine(stderr, `rxllm: ${explainError(error)}`, 'red');
  return error instanceof UsageError ? 2 : 1;
}
