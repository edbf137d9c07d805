import type { Observable } from 'rxjs';
import { ask } from './answer/ask.js';
import type { Arguments } from './arguments/options.js';
import { parseArguments } from './arguments/parse-arguments.js';
import { chat } from './chat.js';
import { serveRelay } from './relay/serve-relay.js';
import { serve } from './serve.js';
import { printModels } from './server/models.js';
import type { Streams } from './terminal/output.js';

export { explainError } from './explain-error.js';

/**
 * Runs what the arguments ask for. Emits nothing.
 *
 * @param interruptions The first value stops the answers that are being printed.
 * @throws {UsageError} For arguments that the command does not take.
 */
export function runCommand(
  parameters: Arguments,
  streams: Streams,
  interruptions: Observable<unknown>,
): Observable<never> {
  const command = parseArguments(parameters);
  switch (command.name) {
    case 'models':
      return printModels(command.options, streams);
    case 'serve':
      return serve(command.options, streams);
    case 'relay':
      return serveRelay(command.options, streams);
    case 'chat':
      return chat(command.options, streams);
    case 'ask':
      return ask(command.options, streams, interruptions);
  }
}
