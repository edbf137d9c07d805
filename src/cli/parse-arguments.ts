import { parseArgs, type ParseArgsConfig } from 'node:util';
import { checkAddress } from './check-address.js';
import { oneLine } from './one-line.js';
import { UsageError } from './usage-error.js';

/** What is asked, and how. */
export interface Question {
  /** The prompt's words among the arguments. */
  readonly words: readonly string[];
  readonly model: string | undefined;
  readonly system: string | undefined;
  readonly baseURL: string | undefined;
  /** Whether to tell how the answer came. */
  readonly stats: boolean;
}

/** What the command line asks for. */
export type Command =
  { readonly name: 'help' } | { readonly name: 'version' } | { readonly name: 'ask'; readonly question: Question };

const options = {
  model: { type: 'string', short: 'm' },
  system: { type: 'string', short: 's' },
  'base-url': { type: 'string' },
  stats: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const satisfies ParseArgsConfig['options'];

/**
 * Reads a command line.
 *
 * @throws {UsageError} For an option that is unknown, lacks its value or has one that cannot be used.
 */
export function parseArguments(parameters: readonly string[]): Command {
  const { values, positionals: words } = parse(parameters);
  if (values.help === true) {
    return { name: 'help' };
  }
  if (values.version === true) {
    return { name: 'version' };
  }
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'string' && value.trim() === '') {
      throw new UsageError(`--${name} needs a value`);
    }
  }
  const { model, system, 'base-url': baseURL, stats = false } = values;
  if (baseURL !== undefined) {
    checkAddress('--base-url', baseURL);
  }
  return { name: 'ask', question: { words, model, system, baseURL, stats } };
}

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({ args: [...parameters], options, allowPositionals: true });
  } catch (error) {
    // Its messages are written for users, some in several lines.
    throw new UsageError(oneLine((error as Error).message));
  }
}
