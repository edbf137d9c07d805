/** The first words that are no prompt. */
export const commands = ['chat', 'models', 'serve'] as const;

/** One of them. */
export type CommandName = (typeof commands)[number];

/** The options of `rxllm models`. */
export const listingOptions = ['base-url', 'key', 'timeout', 'retries', 'json'] as const;

/** The options that only `rxllm serve` has. */
export const serverOptions = ['port', 'models', 'tokens-per-second', 'rate-limit'] as const;

/** All options of `rxllm serve`. */
export const servingOptions = [...serverOptions, 'key'] as const;

/** The options of a conversation. */
const chatOptions = [
  'model',
  'system',
  'temperature',
  'max-tokens',
  'base-url',
  'key',
  'timeout',
  'retries',
  'no-stream',
  'delay',
  'stats',
];

/** What a prompt can be asked with. */
const askOptions = [...chatOptions, 'json', 'legacy'];

const optionsOf: Readonly<Record<CommandName, readonly string[]>> = {
  chat: chatOptions,
  models: listingOptions,
  serve: servingOptions,
};

/** The command that words begin with; none where they are a prompt. */
export function commandIn([first]: readonly string[]): CommandName | undefined {
  return commands.find((command) => command === first);
}

/** The names of the options that a command has, or without one a prompt. */
export function optionNames(command: CommandName | undefined): readonly string[] {
  return [...(command === undefined ? askOptions : optionsOf[command]), 'help', 'version'];
}
