import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UsageError } from '../errors.js';
import { oneLine } from '../terminal/text.js';
import { nearMiss } from './near-miss.js';

/** The commands; any other first word begins a prompt. */
export const commands = ['chat', 'models', 'serve'] as const;

/** The name of a command. */
export type CommandName = (typeof commands)[number];

/** The options of `rxllm models`. */
export const modelsOptionNames = ['base-url', 'key', 'timeout', 'retries', 'json'] as const;

/** The options that only `rxllm serve` has. */
export const serveOnlyOptionNames = ['port', 'models', 'tokens-per-second', 'rate-limit', 'relay', 'redis'] as const;

/** All options of `rxllm serve`. */
export const serveOptionNames = [...serveOnlyOptionNames, 'key'] as const;

const options = {
  model: { type: 'string', short: 'm', multiple: true },
  system: { type: 'string', short: 's' },
  temperature: { type: 'string', short: 't' },
  'max-tokens': { type: 'string' },
  responses: { type: 'boolean' },
  legacy: { type: 'boolean' },
  'base-url': { type: 'string' },
  key: { type: 'string' },
  timeout: { type: 'string' },
  retries: { type: 'string' },
  'no-stream': { type: 'boolean' },
  delay: { type: 'string' },
  json: { type: 'boolean' },
  schema: { type: 'string' },
  'json-lines': { type: 'boolean' },
  mcp: { type: 'string', multiple: true },
  yes: { type: 'boolean' },
  stats: { type: 'boolean' },
  port: { type: 'string' },
  models: { type: 'string' },
  'tokens-per-second': { type: 'string' },
  'rate-limit': { type: 'string' },
  relay: { type: 'string' },
  redis: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const satisfies ParseArgsConfig['options'];

/** The options of prompts that `rxllm chat` does not have. */
export const promptOnlyOptionNames = ['legacy', 'schema', 'json-lines', 'mcp', 'yes'] as const;

const askOptionNames = Object.keys(options).filter((name) => !serveOnlyOptionNames.some((other) => other === name));

const optionsOf: Readonly<Record<CommandName | 'ask', readonly string[]>> = {
  ask: askOptionNames,
  chat: askOptionNames.filter((name) => !promptOnlyOptionNames.some((other) => other === name)),
  models: modelsOptionNames,
  serve: serveOptionNames,
};

const types = new Map<string, 'string' | 'boolean'>(Object.entries(options).map(([name, { type }]) => [name, type]));

/** The values of the options that were given. */
export type OptionValues = ReturnType<typeof parseArgs<{ readonly options: typeof options }>>['values'];

/** The arguments, split into options and words. */
export interface Arguments {
  readonly values: OptionValues;
  readonly words: readonly string[];
  /** The first word, if it is a command. */
  readonly command: CommandName | undefined;
  /** Whether `--` precedes all words. */
  readonly isVerbatim: boolean;
}

/**
 * Splits the arguments into options and words.
 *
 * @throws {UsageError} For an option that is unknown, lacks its value or takes none.
 */
export function readOptions(parameters: readonly string[]): Arguments {
  // Not strict: Node's own error messages are written for programmers.
  const config = { args: [...parameters], options, allowPositionals: true, strict: false, tokens: true } as const;
  const { values, positionals, tokens } = parseArgs(config);
  // After -- everything is prompt, even the name of a command.
  const isVerbatim = tokens.find(({ kind }) => kind !== 'option')?.kind === 'option-terminator';
  const command = isVerbatim ? undefined : commands.find((name) => name === positionals[0]);
  const known = [...optionsOf[command ?? 'ask'], 'help', 'version'];
  tokens.filter((token) => token.kind === 'option').forEach((token) => checkOption(token, known));
  return {
    values: values as OptionValues, // checked one by one
    words: positionals,
    command,
    isVerbatim,
  };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** @param known The names to suggest for an unknown one. */
function checkOption({ name, rawName, value, inlineValue }: OptionToken, known: readonly string[]): void {
  const type = types.get(name);
  if (type === undefined) {
    const near = nearMiss(name, known);
    const advice = near === undefined ? '; put -- before words that begin with a dash' : ` (did you mean --${near}?)`;
    throw new UsageError(`Unknown option ${oneLine(rawName)}${advice}`);
  }
  if (type === 'boolean' && value !== undefined) {
    throw new UsageError(`--${name} takes no value`);
  }
  if (type === 'string' && value === undefined) {
    throw new UsageError(`--${name} needs a value`);
  }
  // A negative number is refused later, by a message that names the allowed ones.
  if (inlineValue === false && value !== undefined && /^-[^\d.]/u.test(value)) {
    throw new UsageError(`--${name} needs a value; if it begins with a dash, write --${name}=VALUE`);
  }
}
