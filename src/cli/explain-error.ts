import { ApiError, type ErrorKind, isLlmError, type LlmError, OutputError, StreamError } from '../index.node.js';
import { CliError, UsageError } from './errors.js';
import { oneLine } from './terminal/text.js';

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
  output: 'Rephrase the prompt, or choose another --model.',
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
  return isLlmError(error) ? `${summary} ${nextStep(error)}`.trimEnd() : summary;
}

function nextStep(error: LlmError): string {
  const { kind, retryAfter } = error;
  if (isCut(error)) {
    return '';
  }
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
  if (error instanceof OutputError) {
    return describeOutput(error);
  }
  const isOwn = isLlmError(error) && !(error instanceof ApiError || error instanceof StreamError);
  return isOwn ? withoutAdvice(error.message) : error.message;
}

function withoutAdvice(message: string): string {
  return message.replace(/;.*/su, '');
}

/** Whether an answer was cut off; the message says what to do about it. */
function isCut(error: LlmError): boolean {
  return error instanceof OutputError && error.code === undefined;
}

function describeOutput(error: OutputError): string {
  const { code, message, issues: [issue] = [] } = error;
  if (issue !== undefined) {
    const place = issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
    return `The answer does not fit the schema${place === '' ? '' : ` at ${place}`}: ${issue.message}`;
  }
  if (isCut(error)) {
    return message.replace(/max_\w+( or max_\w+)?/u, '--max-tokens').replace(/ \([^)]*\)$/u, '');
  }
  return code === 'refused' ? `The model refused: ${message}` : withoutAdvice(message);
}
