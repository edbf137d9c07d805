import type { CommandName } from './commands.js';
import { chatManners, helpText, serverHelp } from './help-text.js';
import { optionHelp, servingHelp } from './option-help.js';

const { help } = optionHelp;
const all = '\nrxllm --help shows all that there is.\n';

const chatHelp = `Holds a conversation with a language model.

Usage: rxllm chat [options] [first prompt …]

Options:
  -m, --model NAME    The model to talk to. By default gpt-4o-mini at OpenAI,
                      and elsewhere the first that the server lists.
${textsOf('system', 'temperature', 'max-tokens', 'base-url', 'key', 'timeout', 'retries', 'no-stream', 'delay', 'stats')}${help}
${chatManners}
${serverHelp}
Example:
  rxllm chat -s "You are a pirate"
${all}`;

const modelsHelp = `Lists the models of the server.

Usage: rxllm models [options]

Options:
${textsOf('base-url', 'key', 'timeout')}      --retries N     Try again up to N times after a rate limit, a failure of
                      the server or the connection. By default 2. Each wait is
                      shown on standard error; one above 60 seconds is not
                      waited for.
      --json          Print each model as a line of JSON.
${help}
${serverHelp}
Example:
  rxllm models --base-url http://localhost:11434/v1
${all}`;

const serveHelp = `Runs the local server until Ctrl-C; it needs no key and no network. Its models
are no language models: docs searches the documentation of rxllm, echo repeats
the prompt.

Usage: rxllm serve [options]

Options:
${Object.values(servingHelp).join('')}      --key KEY       The key to ask for; by default none. @FILE reads it from a
                      file, which other users do not see.
${help}
Examples:
  Serve without a key     rxllm serve --port 8080
  Practise rate limits    rxllm serve --models echo --rate-limit 3/10s
${all}`;

const helpOnCommands: Readonly<Record<CommandName, string>> = {
  chat: chatHelp,
  models: modelsHelp,
  serve: serveHelp,
};

/** What `--help` shows of a command, or without one of everything; at most 80 columns wide. */
export function helpOn(command: CommandName | undefined): string {
  return command === undefined ? helpText : helpOnCommands[command];
}

function textsOf(...names: readonly (keyof typeof optionHelp)[]): string {
  return names.map((name) => optionHelp[name]).join('');
}
