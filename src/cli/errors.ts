import { mergeMap, type MonoTypeOperatorFunction, type Observable, takeUntil, throwError } from 'rxjs';
import { ApiError, type ErrorKind, isLlmError, type LlmError, StreamError } from '../index.node.js';
import { oneLine } from './terminal/text.js';

/** The command line was used wrongly. Its message is one sentence without a full stop; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A failure with a message of whole sentences, printed unchanged; the exit code is 1. */
export class CliError extends Error {
  override readonly name = 'CliError';
}

/** A failure that was printed when it happened, while other work continued. Nothing more is printed; the exit code is 1. */
export class ReportedError extends Error {
  override readonly name = 'ReportedError';
}

/** Standard output has been closed, as after `| head -1`. Nothing is printed; the exit code is 0. */
export class OutputClosedError extends Error {
  override readonly name = 'OutputClosedError';
}

/** The user stopped an answer. Nothing is printed; the signal decides the exit code. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/**
 * Mirrors the source until an interruption, which becomes an {@link InterruptedError}. Unlike unsubscribing, an error lets
 * the operators downstream print the text they still hold.
 */
export function throwIfInterrupted<T>(interruptions: Observable<unknown>): MonoTypeOperatorFunction<T> {
  return takeUntil(interruptions.pipe(mergeMap(() => throwError(() => new InterruptedError()))));
}

const again = 'Try again later.';

/** What to do next, for each kind of error. */
const advice: Readonly<Record<ErrorKind, string>> = {
  authentication: 'Check --key or OPENAI_API_KEY; the latter is only sent to OpenAI and OPENAI_BASE_URL.',
  permission: 'Choose another --model, or a key with access to this one.',
  not_found: 'Check --model and the base URL.',
  invalid_request: 'Check the prompt and the options.',
  conflict: again,
  timeout: 'Try again, or wait longer with --timeout.',
  quota: 'Check the plan and billing of the account.',
  rate_limit: again,
  server: again,
  overloaded: again,
  connection: 'Check that the server is running and the base URL is right.',
  truncated: 'The answer is incomplete: try again.',
  provider: again,
  protocol: 'Check the base URL; most end in /v1.',
  parse: 'Check the base URL; most end in /v1.',
  limit: 'This is more than a model should send.',
  output: again,
};

/** Formats an error as one line: what happened, and what to do next. It never contains the key. */
export function explainError(error: unknown): string {
  if (error instanceof CliError) {
    return error.message;
  }
  const summary = summarizeError(error);
  if (error instanceof UsageError) {
    return `${summary} See rxllm --help.`;
  }
  return isLlmError(error) ? `${summary} ${nextStep(error)}` : summary;
}

function nextStep({ kind, retryAfter }: LlmError): string {
  return retryAfter === undefined || retryAfter === 0
    ? advice[kind]
    : `Wait ${Math.ceil(retryAfter / 1000)} s, then try again.`;
}

/** Formats what happened as one line of whole sentences, naming options of the command line instead of config fields. */
export function summarizeError(error: unknown): string {
  return oneLine(messageOf(error))
    .replace(/ \(deadlines\.\w+\)$/u, '')
    .replaceAll('baseURL', 'the base URL')
    .replaceAll('apiKey', 'the key')
    .replace(/(…?)\.*$/u, (_, cut: string) => cut || '.');
}

/** A server's message is kept whole; in the library's own messages, what follows the semicolon is advice for programmers. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const isOwn = isLlmError(error) && !(error instanceof ApiError || error instanceof StreamError);
  return isOwn ? error.message.replace(/;.*/su, '') : error.message;
}
