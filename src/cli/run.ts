import { catchError, defer, endWith, type Observable, of } from 'rxjs';
import { AlreadyTold } from './already-told.js';
import { ask } from './ask.js';
import { chat } from './chat.js';
import { explainError } from './explain-error.js';
import { helpText } from './help-text.js';
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
 */
export function run(parameters: readonly string[], streams: Streams): Observable<number> {
  return defer(() => execute(parseArguments(parameters), streams)).pipe(
    endWith(0),
    catchError((error: unknown) => of(fail(error, streams.stderr))),
  );
}

/** Emits nothing. */
function execute(command: Command, streams: Streams): Observable<never> {
  switch (command.name) {
    case 'help':
      return of(helpText).pipe(printText(streams.stdout));
    case 'version':
      return of(version()).pipe(printText(streams.stdout));
    case 'models':
      return listModels(command.listing, streams);
    case 'serve':
      return serve(command.serving, streams);
    case 'chat':
      return chat(command.question, streams);
    case 'ask':
      return ask(command.question, streams);
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
