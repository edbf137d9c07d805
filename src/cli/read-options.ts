import { parseArgs, type ParseArgsConfig } from 'node:util';
import { type CommandName, commandIn, optionNames } from './commands.js';
import { nearMiss } from './near-miss.js';
import { oneLine } from './one-line.js';
import { UsageError } from './usage-error.js';

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

const types = new Map<string, 'string' | 'boolean'>(Object.entries(options).map(([name, { type }]) => [name, type]));

/** The values of the options that were given. */
export type Values = ReturnType<typeof parseArgs<{ readonly options: typeof options }>>['values'];

/** What stands among the arguments. */
export interface Arguments {
  readonly values: Values;
  readonly words: readonly string[];
  /** The first word, where it is a command. */
  readonly command: CommandName | undefined;
  /** Whether the words begin behind `--`. */
  readonly isVerbatim: boolean;
}

/**
 * Tells the options among the arguments from the words.
 *
 * @throws {UsageError} For an option that is unknown, lacks its value or takes none.
 */
export function readOptions(parameters: readonly string[]): Arguments {
  // Not strict, since the sentences by which Node refuses an option were not written for this program.
  const config = { args: [...parameters], options, allowPositionals: true, strict: false, tokens: true } as const;
  const { values, positionals, tokens } = parseArgs(config);
  // Behind -- all is prompt, also the name of a command.
  const isVerbatim = tokens.find(({ kind }) => kind !== 'option')?.kind === 'option-terminator';
  const command = isVerbatim ? undefined : commandIn(positionals);
  tokens.filter((token) => token.kind === 'option').forEach((token) => checkOption(token, optionNames(command)));
  return {
    values: values as Values, // as each option was checked to be
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

/** @param known The names that are suggested in place of an unknown one. */
function checkOption({ name, rawName, value, inlineValue }: OptionToken, known: readonly string[]): void {
  const type = types.get(name);
  if (type === undefined) {
    const near = nearMiss(name, known);
    const advice = near === undefined ? 'words that begin with a dash go behind --' : `there is --${near}`;
    throw new UsageError(`Unknown option ${oneLine(rawName)}; ${advice}`);
  }
  if (type === 'boolean' && value !== undefined) {
    throw new UsageError(`--${name} takes no value`);
  }
  if (type === 'string' && value === undefined) {
    throw new UsageError(`--${name} needs a value`);
  }
  // A number below 0 is refused where it is read, with those that are allowed.
  if (inlineValue === false && value !== undefined && /^-[^\d.]/u.test(value)) {
    throw new UsageError(`--${name} needs a value; one that begins with a dash is given as --${name}=VALUE`);
  }
}
