import { checkAddress } from './check-address.js';
import { checkChat } from './check-chat.js';
import { type CommandName, listingOptions, serverOptions } from './commands.js';
import type { Listing } from './list-models.js';
import { numbersIn } from './number-options.js';
import type { Question } from './question.js';
import { readOptions, type Values } from './read-options.js';
import { refuseNearMiss } from './refuse-near-miss.js';
import { refuseOthers } from './refuse-others.js';
import { refuseWords } from './refuse-words.js';
import type { Serving } from './serve.js';
import { toServing } from './to-serving.js';
import { UsageError } from './usage-error.js';

/** What the command line asks for. */
export type Command =
  | { readonly name: 'help'; readonly command: CommandName | undefined }
  | { readonly name: 'version' }
  | { readonly name: 'models'; readonly listing: Listing }
  | { readonly name: 'serve'; readonly serving: Serving }
  | { readonly name: 'chat'; readonly question: Question }
  | { readonly name: 'ask'; readonly question: Question };

/**
 * Reads a command line.
 *
 * @throws {UsageError} For an option that is unknown, lacks its value or has one that cannot be used.
 */
export function parseArguments(parameters: readonly string[]): Command {
  const { values, words, command, isVerbatim } = readOptions(parameters);
  if (values.help === true) {
    return { name: 'help', command };
  }
  if (values.version === true) {
    return { name: 'version' };
  }
  checkValues(values);
  const rest = words.slice(1);
  switch (command) {
    case 'serve':
      refuseWords('serve', rest, 'its port as --port N');
      return { name: 'serve', serving: toServing(values) };
    case 'models':
      refuseWords('models', rest, 'no words');
      return { name: 'models', listing: toListing(values) };
    case 'chat':
      return { name: 'chat', question: checkChat(toQuestion(rest, values)) };
    case undefined:
      return { name: 'ask', question: toQuestion(isVerbatim ? words : refuseNearMiss(words), values) };
  }
}

function toListing(values: Values): Listing {
  refuseOthers('models', listingOptions, values);
  const { server, retries, display } = toQuestion([], values);
  return { server, retries, json: display.json };
}

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
