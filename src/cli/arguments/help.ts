import type { CommandName } from './options.js';

/** The lines for each option of prompts, in the order of the help. */
const optionHelp = {
  model: `  -m, --model NAME    The model to ask. By default gpt-4o-mini at OpenAI, and
                      elsewhere the first that the server lists. Given more than
                      once, all answer at the same time, line by line; one given
                      twice is asked twice, and numbered.
`,
  system: `  -s, --system TEXT   How the model should behave.
`,
  temperature: `  -t, --temperature N How freely it chooses its words, from 0 up; often to 2.
`,
  'max-tokens': `      --max-tokens N  Cut the answer after N tokens.
`,
  legacy: `      --legacy        Ask the older /completions, which continues the prompt; by
                      default gpt-3.5-turbo-instruct at OpenAI. Without -s.
`,
  'base-url': `      --base-url URL  The server to ask, such as http://localhost:11434/v1.
`,
  key: `      --key KEY       The key to send, also to the server of --base-url. @FILE
                      reads it from a file, which other users do not see; a key
                      among the arguments may be seen in the list of processes.
`,
  timeout: `      --timeout SECS  How long the server may be silent, before its answer or
                      within it, in seconds. By default some minutes.
`,
  retries: `      --retries N     Try again up to N times after a rate limit, a failure of
                      the server or the connection, while nothing of the answer
                      has come. By default 2. Each wait is shown on standard
                      error; one above 60 seconds is not waited for.
`,
  'no-stream': `      --no-stream     Print the answer when it is whole, or else not at all.
`,
  delay: `      --delay MS      Write at most once per MS milliseconds.
`,
  json: `      --json          Print each chunk of the answer, or each model of the list,
                      as a line of JSON.
`,
  stats: `      --stats         Afterwards show the time to the first token, the speed and
                      the tokens used, on standard error.
`,
  help: `  -h, --help          Show this help.
`,
  version: `  -v, --version       Show the version.
`,
};

/** The lines for the options that only `rxllm serve` has. */
const servingHelp = {
  port: `      --port N        Its port. By default a free one.
`,
  models: `      --models NAMES  The models it offers, separated by commas. By default
                      docs,echo.
`,
  'tokens-per-second': `      --tokens-per-second N
                      Its pace; 0 is as fast as possible. By default 40, about
                      as fast as one reads.
`,
  'rate-limit': `      --rate-limit N/TIME
                      Answer N requests in any such time, and others with a 429:
                      3/10s, 60/m, 1/500ms. By default all.
`,
};

const conversationHelp = `rxllm chat sends all that was said before along with each line typed. There
Ctrl-C stops the answer only, of which what has come is kept, and Ctrl-D leaves,
also while an answer comes. Without a terminal, each line of standard input is a
prompt.
`;

const serverHelp = `The server is the first of these that is set:
  --base-url          Any server with an OpenAI-style API: Ollama, vLLM, …
  OPENAI_BASE_URL     The same, from the environment.
  --key               OpenAI.
  OPENAI_API_KEY      OpenAI. The key is also sent to OPENAI_BASE_URL, but to no
                      other server.
Without any of them a local server answers, which needs no key and no network.
It is not a language model: -m docs (the default) searches the documentation of
rxllm, -m echo repeats the prompt.
`;

const helpText = `Asks a language model, and prints its answer as it is written.

Usage: rxllm [options] [prompt …]
       rxllm chat [options] [first prompt …]
                                holds a conversation
       rxllm models [options]   lists the models of the server
       rxllm serve [options]    runs the local server until Ctrl-C

Options:
${Object.values(optionHelp).join('')}
rxllm models has only --base-url, --key, --timeout, --retries and --json.

Options of rxllm serve, which has no others but --key, the one to ask for:
${Object.values(servingHelp).join('')}
The prompt is standard input, a blank line, then the arguments; one of them is
enough. With arguments, a pipe on standard input must begin within 2 seconds; a
first argument of - waits for it, however long, and reads a terminal too.

${conversationHelp}
${serverHelp}
Examples:
  Ask                     rxllm "Why is the sky blue?"
  Ask about a file        rxllm "Summarise this" < report.txt
  Ask about an output     git diff | rxllm "Write a commit message"
  Chain two questions     rxllm "Name a fruit" | rxllm - "Describe it"
  Give it a role          rxllm -s "You are a pirate" "How are you?"
  Keep the answer         rxllm "Write a limerick" > limerick.txt
  See what there is       rxllm models --base-url http://localhost:11434/v1
  Hold a conversation     rxllm chat -s "You are a pirate"
  Compare two models      rxllm -m gpt-4o -m gpt-4o-mini "Why is the sky blue?"
  Ask Ollama              rxllm --base-url http://localhost:11434/v1 Hello
  Use a key of a file     rxllm --key @openai.key Hello
  Let it go on            rxllm --legacy "Once upon a time"
  Be sure, and brief      rxllm -t 0 --max-tokens 50 "What is a monad?"
  See the raw chunks      rxllm --json Hello | jq .choices
  See how fast it is      rxllm --stats "Count to ten"
  Serve without a key     rxllm serve --port 8080
  Practise rate limits    rxllm serve --models echo --rate-limit 3/10s
  Begin with a dash       rxllm -- "-1 + 1 = ?"
  Begin with a command    rxllm -- models

Ctrl-C stops the answer, on the server too, and ends rxllm serve. Exit codes:
0 answered, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C, rxllm serve as well,
143 terminated.
`;

const { help } = optionHelp;
const all = '\nrxllm --help shows all that there is.\n';

const chatHelp = `Holds a conversation with a language model.

Usage: rxllm chat [options] [first prompt …]

Options:
  -m, --model NAME    The model to talk to. By default gpt-4o-mini at OpenAI,
                      and elsewhere the first that the server lists.
${helpOf('system', 'temperature', 'max-tokens', 'base-url', 'key', 'timeout', 'retries', 'no-stream', 'delay', 'stats')}${help}
${conversationHelp}
${serverHelp}
Example:
  rxllm chat -s "You are a pirate"
${all}`;

const modelsHelp = `Lists the models of the server.

Usage: rxllm models [options]

Options:
${helpOf('base-url', 'key', 'timeout')}      --retries N     Try again up to N times after a rate limit, a failure of
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

const commandHelp: Readonly<Record<CommandName, string>> = {
  chat: chatHelp,
  models: modelsHelp,
  serve: serveHelp,
};

/** Returns the help for a command, or for the whole program; at most 80 columns wide. */
export function helpFor(command: CommandName | undefined): string {
  return command === undefined ? helpText : commandHelp[command];
}

function helpOf(...names: readonly (keyof typeof optionHelp)[]): string {
  return names.map((name) => optionHelp[name]).join('');
}
