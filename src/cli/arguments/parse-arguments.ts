import type { AskOptions } from '../answer/request.js';
import { UsageError } from '../errors.js';
import type { RelayOptions } from '../relay/serve-relay.js';
import type { ServeOptions } from '../serve.js';
import { checkBaseURL } from '../server/choose-server.js';
import { oneLine } from '../terminal/text.js';
import { nearMiss } from './near-miss.js';
import { checkRedisURL, readBuiltInModels, readModels, readNumber, readRateLimit } from './option-values.js';
import {
  type Arguments,
  type CommandName,
  commands,
  modelsOptionNames,
  type OptionValues,
  promptOnlyOptionNames,
  serveOnlyOptionNames,
  serveOptionNames,
} from './options.js';

/** How much of a prompt an error message repeats, in characters. */
const maxShown = 30;

const exclusive = [
  ['legacy', 'responses'],
  ['legacy', 'schema'],
  ['legacy', 'mcp'],
  ['mcp', 'schema'],
  ['json', 'schema'],
  ['json', 'no-stream'],
  ['json-lines', 'no-stream'],
  ['relay', 'tokens-per-second'],
] as const;

/** What to do, and with which options. */
type Command =
  | { readonly name: 'serve'; readonly options: ServeOptions }
  | { readonly name: 'relay'; readonly options: RelayOptions }
  | { readonly name: 'ask' | 'chat' | 'models'; readonly options: AskOptions };

/**
 * Checks the arguments of a command, and converts them to its options.
 *
 * @throws {UsageError} For an option that has an invalid value or is another command's, and for words that the command does
 * not take.
 */
export function parseArguments({ values, words, command, isVerbatim }: Arguments): Command {
  checkValues(values);
  const rest = words.slice(1);
  switch (command) {
    case 'serve':
      refuseWords('serve', rest, /^\d+$/u.test(rest.join(' ')) ? 'the port as --port N' : 'no arguments');
      refuseOtherOptions('serve', serveOptionNames, values);
      return values.relay === undefined
        ? { name: 'serve', options: toServeOptions(values) }
        : { name: 'relay', options: toRelayOptions(values.relay, values) };
    case 'models':
      refuseWords('models', rest, 'no arguments');
      refuseOtherOptions('models', modelsOptionNames, values);
      return { name: 'models', options: toAskOptions([], values) };
    case 'chat':
      return { name: 'chat', options: toChatOptions(rest, values) };
    case undefined:
      if (!isVerbatim) {
        refuseMistypedCommand(words);
      }
      return { name: 'ask', options: toAskOptions(words, values) };
  }
}

function checkValues(values: OptionValues): void {
  for (const [name, value] of Object.entries(values)) {
    if ([value].flat().some((text) => typeof text === 'string' && text.trim() === '')) {
      throw new UsageError(`--${name} needs a value`);
    }
  }
  if (values.key?.trim() === '@') {
    throw new UsageError('--key @ needs a file name');
  }
  if (values['base-url'] !== undefined) {
    checkBaseURL('--base-url', values['base-url']);
  }
  if (values.relay !== undefined) {
    checkBaseURL('--relay', values.relay);
  }
  if (values.redis !== undefined) {
    checkRedisURL(values.redis);
  }
  if (values.legacy === true && values.system !== undefined) {
    throw new UsageError('--legacy has no system message: put it in the prompt instead of --system');
  }
  for (const [one, other] of exclusive) {
    if (values[one] !== undefined && values[other] !== undefined) {
      throw new UsageError(`--${one} and --${other} exclude each other: leave one out`);
    }
  }
  if (values['json-lines'] === true && values.schema === undefined) {
    throw new UsageError('--json-lines needs --schema with a list');
  }
  if (values.yes === true && values.mcp === undefined) {
    throw new UsageError('--yes needs --mcp with the tools to run');
  }
  if (values.mcp !== undefined && (values.model ?? []).length > 1) {
    throw new UsageError('--mcp works with one model: give --model once');
  }
  if (values.schema === '-') {
    throw new UsageError('--schema takes a file or JSON: standard input is for the prompt');
  }
}

function toServeOptions(values: OptionValues): ServeOptions {
  const { models, key, 'rate-limit': rateLimit } = values;
  if (values.redis !== undefined) {
    throw new UsageError('--redis needs --relay with the server to ask');
  }
  return {
    port: readNumber(values, 'port'),
    builtIn: models === undefined ? undefined : readBuiltInModels(models),
    tokensPerSecond: readNumber(values, 'tokens-per-second'),
    rateLimit: rateLimit === undefined ? undefined : readRateLimit(rateLimit),
    key,
  };
}

function toRelayOptions(upstream: string, values: OptionValues): RelayOptions {
  const { models, key, redis, 'rate-limit': rateLimit } = values;
  return {
    upstream,
    redis,
    port: readNumber(values, 'port'),
    models: models === undefined ? undefined : readModels(models),
    rateLimit: rateLimit === undefined ? undefined : readRateLimit(rateLimit),
    key,
  };
}

function toChatOptions(words: readonly string[], values: OptionValues): AskOptions {
  const options = toAskOptions(words, values);
  const misplaced = promptOnlyOptionNames.find((name) => values[name] !== undefined);
  if (misplaced !== undefined) {
    throw new UsageError(`chat has no option --${misplaced}`);
  }
  if (options.models.length > 1) {
    throw new UsageError('chat talks to one model: give --model once');
  }
  return options;
}

function toAskOptions(words: readonly string[], values: OptionValues): AskOptions {
  const misplaced = serveOnlyOptionNames.find((name) => values[name] !== undefined);
  if (misplaced !== undefined) {
    throw new UsageError(`--${misplaced} is an option of rxllm serve only`);
  }
  const {
    model: models = [],
    responses = false,
    legacy = false,
    system,
    'base-url': baseURL,
    key,
    json = false,
    schema,
    'json-lines': lines = false,
    mcp: servers,
    yes = false,
    'no-stream': isWhole = false,
    stats = false,
  } = values;
  const seconds = readNumber(values, 'timeout');
  return {
    words,
    models,
    endpoint: legacy ? 'completions' : responses ? 'responses' : 'chat',
    system,
    temperature: readNumber(values, 'temperature'),
    maxTokens: readNumber(values, 'max-tokens'),
    schema: schema === undefined ? undefined : { schema, lines },
    tools: servers === undefined ? undefined : { servers, yes },
    retries: readNumber(values, 'retries') ?? 2,
    server: { baseURL, key, timeout: seconds === undefined ? undefined : seconds * 1000 },
    display: { json, stream: !isWhole, delay: readNumber(values, 'delay') ?? 0, stats },
  };
}

function refuseOtherOptions(command: CommandName, known: readonly string[], values: OptionValues): void {
  const other = Object.keys(values).find((name) => !known.includes(name));
  if (other !== undefined) {
    throw new UsageError(`${command} has no option --${other}`);
  }
}

/**
 * Refuses words after a command that takes none: they may be meant for the command, or be a prompt that begins with its name.
 *
 * @param instead What the command takes instead.
 */
function refuseWords(command: CommandName, words: readonly string[], instead: string): void {
  if (words.length === 0) {
    return;
  }
  const prompt = oneLine([command, ...words].join(' '));
  const shown = prompt.length > maxShown ? `${command} …` : prompt;
  throw new UsageError(
    `${command} takes ${instead}; to send those words as a prompt, put -- before them: rxllm -- ${shown}`,
  );
}

/**
 * Refuses a single word that is almost a command, or names an option that many programs have as a command, rather than
 * send it to a paid model.
 */
function refuseMistypedCommand([word = '', ...others]: readonly string[]): void {
  const isSingle = others.length === 0 && /^[\p{L}-]+$/u.test(word);
  const option = ['help', 'version'].find((name) => name === word);
  const near = option === undefined ? nearMiss(word, commands) : `--${option}`;
  if (isSingle && near !== undefined) {
    throw new UsageError(`Unknown command '${word}'; did you mean ${near}? To send it as a prompt: rxllm -- ${word}`);
  }
}
