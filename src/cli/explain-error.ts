import { type ErrorKind, isLlmError, type LlmError } from '../index.node.js';
import { describeError } from './describe-error.js';
import { Failure } from './failure.js';
import { UsageError } from './usage-error.js';

const again = 'Try again in a while.';

/** What to do next, for each kind of error. */
const advice: Readonly<Record<ErrorKind, string>> = {
  authentication:
    'Check --key or OPENAI_API_KEY; the latter is sent only to OpenAI and to the server that OPENAI_BASE_URL names.',
  permission: 'Choose another --model, or use a key that may use this one.',
  not_found: 'Check --model and the base URL.',
  invalid_request: 'Check the prompt and the options.',
  conflict: again,
  timeout: 'Try again, or wait longer with --timeout.',
  quota: 'Check the plan and the bills of the account.',
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

/** An error in one line: what happened, and what to do next. It never holds the key. */
export function explainError(error: unknown): string {
  if (error instanceof Failure) {
    return error.message;
  }
  if (error instanceof UsageError) {
    return `${describeError(error)}. See rxllm --help.`;
  }
  const what = `${describeError(error)}.`;
  return isLlmError(error) ? `${what} ${nextStep(error)}` : what;
}

function nextStep({ kind, retryAfter }: LlmError): string {
  return retryAfter === undefined || retryAfter === 0
    ? advice[kind]
    : `Wait ${Math.ceil(retryAfter / 1000)} s, then try again.`;
}
