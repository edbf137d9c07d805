import { parseArgs, type ParseArgsConfig } from 'node:util';
import { checkAddress } from './check-address.js';
import { checkChat } from './check-chat.js';
import type { Listing } from './list-models.js';
import { numbersIn } from './number-options.js';
import { oneLine } from './one-line.js';
import type { Question } from './question.js';
import type { Serving } from './serve.js';
import { serverOptions, toServing } from './to-serving.js';
import { UsageError } from './usage-error.js';

/** What the command line asks for. */
export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'version' }
  | { readonly name: 'models'; readonly listing: Listing }
  | { readonly name: 'serve'; readonly serving: Serving }
  | { readonly name: 'chat'; readonly question: Question }
  | { readonly name: 'ask'; readonly question: Question };

const options = {
  model: { type: 'string', short: 'm', multiple: true },
  system: { type: 'string', short: 's' },
  temperature: { type: 'string', short: 't' },
  'max-tokens': { type: 'string' },
  legacy: { type: 'boolean' },
  'base-url': { type: 'string' },
  key: { type: 'string' },
  timeout: { type: 'string' },
  retries: { type: 'string' },
  'no-stream': { type: 'boolean' },
  delay: { type: 'string' },
  json: { type: 'boolean' },
  stats: { type: 'boolean' },
  port: { type: 'string' },
  models: { type: 'string' },
  'tokens-per-second': { type: 'string' },
  'rate-limit': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const satisfies ParseArgsConfig['options'];

/**
 * Reads a command line.
 *
 * @throws {UsageError} For an option that is unknown, lacks its value or has one that cannot be used.
 */
export function parseArguments(parameters: readonly string[]): Command {
  const { values, positionals: words, tokens } = parse(parameters);
  if (values.help === true) {
    return { name: 'help' };
  }
  if (values.version === true) {
    return { name: 'version' };
  }
  checkValues(values);
  // Behind -- all is prompt, also the name of a command.
  const name = words.length === 1 && !parameters.includes('--') ? words[0] : undefined;
  if (name === 'serve') {
    return { name, serving: toServing(values) };
  }
  const firstToken = tokens.find(({ kind }) => kind !== 'option');
  if (firstToken?.kind === 'positional' && firstToken.value === 'chat') {
    return { name: 'chat', question: checkChat(toQuestion(words.slice(1), values)) };
  }
  const question = toQuestion(words, values);
  if (name === 'models') {
    const { server, retries, display } = question;
    return { name, listing: { server, retries, json: display.json } };
  }
  return { name: 'ask', question };
}

type Values = ReturnType<typeof parse>['values'];

function toQuestion(words: readonly string[], values: Values): Question {
  const misplaced = serverOptions.find((name) => values[name] !== undefined);
  if (misplaced !== undefined) {
    throw new UsageError(`--${misplaced} is an option of rxllm serve only`);
  }
  const numberOf = numbersIn(values);
  const {
    model: models = [],
    legacy = false,
    system,
    'base-url': baseURL,
    key,
    json = false,
    'no-stream': isWhole = false,
    stats = false,
  } = values;
  const seconds = numberOf('timeout');
  return {
    words,
    models,
    endpoint: legacy ? 'completions' : 'chat',
    system,
    temperature: numberOf('temperature'),
    maxTokens: numberOf('max-tokens'),
    retries: numberOf('retries') ?? 2,
    server: { baseURL, key, timeout: seconds === undefined ? undefined : seconds * 1000 },
    display: { json, stream: !isWhole, delay: numberOf('delay') ?? 0, stats },
  };
}

function checkValues(values: Values): void {
  for (const [name, value] of Object.entries(values)) {
    if ([value].flat().some((text) => typeof text === 'string' && text.trim() === '')) {
      throw new UsageError(`--${name} needs a value`);
    }
  }
  if (values.key?.trim() === '@') {
    throw new UsageError('--key @ needs the name of a file');
  }
  if (values['base-url'] !== undefined) {
    checkAddress('--base-url', values['base-url']);
  }
  if (values.legacy === true && values.system !== undefined) {
    throw new UsageError('--legacy has no system message: put it into the prompt, and leave out --system');
  }
  if (values.json === true && values['no-stream'] === true) {
    throw new UsageError('--json shows the pieces that --no-stream hides: leave one of them out');
  }
}

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({ args: [...parameters], options, allowPositionals: true, tokens: true });
  } catch (error) {
    // Its messages are written for users, some in several lines.
    throw new UsageError(oneLine((error as Error).message));
  }
}
