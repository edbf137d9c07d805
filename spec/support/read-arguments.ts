import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nearMiss } from '../../src/cli/arguments/near-miss.js';

type Options = NonNullable<ParseArgsConfig['options']>;

/** What a script of package.json takes. */
interface Usage<T extends Options> {
  /** The name of the script. */
  readonly script: string;
  readonly help: string;
  /** The options besides `--help`. */
  readonly options: T;
  /** What the other arguments name, such as `scenario`, and which there are. */
  readonly kind: string;
  readonly names: readonly string[];
}

/** Reads the arguments of this process. Prints the help if it is asked for; refuses what is wrong. */
export function readArguments<const T extends Options>({ script, help, options: own, kind, names }: Usage<T>) {
  const options = { ...own, help: { type: 'boolean', short: 'h' } } as const;
  const { tokens } = parseArgs({ options, allowPositionals: true, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'option' && !Object.hasOwn(options, token.name)) {
      const near = nearMiss(token.name, Object.keys(options));
      refuse(script, `There is no option ${token.rawName}${suggest(near && `--${near}`)}`);
    }
    if (token.kind === 'positional' && !names.includes(token.value)) {
      refuse(script, `There is no ${kind} ${token.value}${suggest(nearMiss(token.value, names))}`);
    }
  }
  const { values, positionals } = parseStrictly(script, options);
  if ((values as { readonly help?: boolean }).help === true) {
    console.log(help);
    process.exit();
  }
  return { values, positionals };
}

/** Tells in one line what is wrong with the arguments, and ends the process. */
export function refuse(script: string, problem: string): never {
  console.error(`${problem}. See \`npm run ${script} -- --help\`.`);
  process.exit(2);
}

function suggest(name: string | undefined): string {
  return name === undefined ? '' : ` (did you mean ${name}?)`;
}

function parseStrictly<T extends Options>(script: string, options: T) {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    // What follows the first line is advice that fits few cases.
    return refuse(script, (error as Error).message.split(/\.?\n/u)[0] ?? '');
  }
}
