import { catchError, defer, endWith, map, mergeMap, NEVER, type Observable, of } from 'rxjs';
import { helpFor } from './arguments/help.js';
import { type Arguments, readOptions } from './arguments/options.js';
import type { explainError, runCommand } from './commands.js';
import { InterruptedError, OutputClosedError, ReportedError, UsageError } from './errors.js';
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
  /** Loads what `--help` and `--version` do without, since loading the client takes longer than the rest. */
  readonly loadCommands: () => Observable<Commands>;
}

interface Commands {
  readonly runCommand: typeof runCommand;
  readonly explainError: typeof explainError;
}

/**
 * Runs a command line and, when everything is written, emits the exit code: 0, or 1 for a failure and 2 for wrong usage,
 * which are explained in one line on stderr. It is no failure if stdout has been closed. Unsubscribing stops everything:
 * the request and the local server.
 *
 * @param parameters The arguments, without the name of the program.
 */
export function run(parameters: readonly string[], config: RunConfig): Observable<number> {
  return defer(() => execute(readOptions(parameters), config)).pipe(
    endWith(0),
    catchError((error: unknown) => (error instanceof InterruptedError ? NEVER : reportFailure(error, config))),
  );
}

function execute(
  parameters: Arguments,
  { streams, interruptions, readVersion, loadCommands }: RunConfig,
): Observable<never> {
  const { values, command } = parameters;
  if (values.help === true) {
    return of(helpFor(command)).pipe(printText(streams.stdout));
  }
  if (values.version === true) {
    return of(readVersion()).pipe(printText(streams.stdout));
  }
  return loadCommands().pipe(mergeMap((commands) => commands.runCommand(parameters, streams, interruptions)));
}

/** Prints what went wrong, and emits the exit code. */
function reportFailure(error: unknown, { streams, loadCommands }: RunConfig): Observable<number> {
  if (error instanceof OutputClosedError) {
    return of(0);
  }
  if (error instanceof ReportedError) {
    return of(1);
  }
  return loadCommands().pipe(
    map((commands) => {
      writeLine(streams.stderr, `rxllm: ${commands.explainError(error)}`, 'red');
      return error instanceof UsageError ? 2 : 1;
    }),
  );
}
