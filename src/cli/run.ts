import { catchError, defer, endWith, NEVER, type Observable, of } from 'rxjs';
import { ask } from './answer/ask.js';
import { helpFor } from './arguments/help.js';
import { type Command, parseArguments } from './arguments/parse-arguments.js';
import { chat } from './chat.js';
import { explainError, InterruptedError, OutputClosedError, ReportedError, UsageError } from './errors.js';
import { serve } from './serve.js';
import { printModels } from './server/models.js';
import { printText, type Streams, writeLine } from './terminal/output.js';

/** The environment of the command line. */
interface RunConfig {
  readonly streams: Streams;
  /**
   * Its first value stops the answers that are being printed, after all that came of them is printed; no exit code is emitted
   * then. Unsubscribe as well, to stop everything else.
   */
  readonly interruptions: Observable<unknown>;
  /** Reads the version of this package. */
  readonly readVersion: () => string;
}

/**
 * Runs a command line and, when everything is written, emits the exit code: 0, or 1 for a failure and 2 for wrong usage,
 * which are explained in one line on stderr. It is no failure if stdout has been closed. Unsubscribing stops everything:
 * the request and the local server.
 *
 * @param parameters The arguments, without the name of the program.
 */
export function run(parameters: readonly string[], config: RunConfig): Observable<number> {
  return defer(() => execute(parseArguments(parameters), config)).pipe(
    endWith(0),
    catchError((error: unknown) =>
      error instanceof InterruptedError ? NEVER : of(reportFailure(error, config.streams.stderr)),
    ),
  );
}

function execute(command: Command, { streams, interruptions, readVersion }: RunConfig): Observable<never> {
  switch (command.name) {
    case 'help':
      return of(helpFor(command.command)).pipe(printText(streams.stdout));
    case 'version':
      return of(readVersion()).pipe(printText(streams.stdout));
    case 'models':
      return printModels(command.options, streams);
    case 'serve':
      return serve(command.options, streams);
    case 'chat':
      return chat(command.options, streams);
    case 'ask':
      return ask(command.options, streams, interruptions);
  }
}

/** Prints what went wrong, and returns the exit code. */
function reportFailure(error: unknown, stderr: NodeJS.WriteStream): number {
  if (error instanceof OutputClosedError) {
    return 0;
  }
  if (error instanceof ReportedError) {
    return 1;
  }
  writeLine(stderr, `rxllm: ${explainError(error)}`, 'red');
  return error instanceof UsageError ? 2 : 1;
}
