import type { CommandName } from './options.js';

/** The lines for each option of prompts, in the order of the help. */
const optionHelp = {
  model: `  -m, --model NAME    The model to ask. Defaults to gpt-4o-mini at OpenAI, and
                      to the first model listed at other servers. If given more
                      than once, all models answer at the same time, line by
                      line; a model given twice is asked twice, and numbered.`,
  system: `  -s, --system TEXT   Instructions for the model, sent as the system message.`,
  temperature: `  -t, --temperature N Randomness of the answer, 0 or more; usually at most 2.`,
  'max-tokens': `      --max-tokens N  Cut the answer off after N tokens.`,
  responses: `      --responses     Use /responses instead of /chat/completions.`,
  legacy: `      --legacy        Use the legacy /completions, which continues the prompt.
                      The model defaults to gpt-3.5-turbo-instruct at OpenAI.
                      Cannot be combined with -s or --responses.`,
  'base-url': `      --base-url URL  The server to use, such as http://localhost:11434/v1.`,
  key: `      --key KEY       The API key to send, including to the server of
                      --base-url. @FILE reads it from a file: a key on the
                      command line is visible to other users in the list of
                      processes.`,
  timeout: `      --timeout SECS  How long the server may be silent, before its answer or
                      during it, in seconds. Defaults to a few minutes.`,
  retries: `      --retries N     Retry up to N times after a rate limit, a server error or
                      a connection failure, as long as no part of the answer has
                      arrived. Defaults to 2. Each wait is shown on standard
                      error; a wait of more than 60 seconds is a failure.`,
  'no-stream': `      --no-stream     Print the answer only when it is complete.`,
  delay: `      --delay MS      Write at most once every MS milliseconds.`,
  json: `      --json          Print each chunk of the answer, each event of --responses,
                      or each listed model, as a line of JSON.`,
  schema: `      --schema SCHEMA Ask for JSON that fits a JSON schema, given as JSON or as
                      the name of a file, and print it once it is checked: in
                      one line, or indented in a terminal. An answer that does
                      not fit is a failure. Cannot be combined with --legacy or
                      --json.`,
  'json-lines': `      --json-lines    With --schema: print each item of a list in a line as it
                      completes. The schema must be that of a list, or of an
                      object with one property that is a list.`,
  mcp: `      --mcp COMMAND   Lend the model the tools of a server of the Model Context
                      Protocol, which this command starts. Can be given more
                      than once. Each call is shown on standard error, and runs
                      if you agree. Cannot be combined with --legacy, --schema
                      or several models.`,
  yes: `      --yes           Run all calls of tools without asking.`,
  stats: `      --stats         Report the time to the first token, the speed and the
                      token counts after the answer, on standard error.`,
  help: `  -h, --help          Show this help.`,
  version: `  -v, --version       Show the version.`,
};

/** The lines for the options that only `rxllm serve` has. */
const serveHelp = {
  port: `      --port N        The port to listen on. Defaults to a free one.`,
  models: `      --models NAMES  The models to offer, separated by commas. Defaults to
                      docs,echo; with --relay to all of its server.`,
  'tokens-per-second': `      --tokens-per-second N
                      The speed of the answers; 0 is as fast as possible.
                      Defaults to 40, about the speed of a hosted model.`,
  'rate-limit': `      --rate-limit N/TIME
                      Answer N requests per TIME and refuse others with a 429:
                      3/10s, 60/m, 1/500ms. Defaults to no limit.`,
  relay: `      --relay URL     Pass requests on to the server with this base URL, with
                      the key in OPENAI_API_KEY if there is one. Answers go on
                      while a client has lost its connection.`,
  redis: `      --redis URL     With --relay: keep the answers and the rate limit in
                      Redis, where several relays share them. Needs the package
                      redis.`,
};

const relayHelp = `With --relay the key stays here: callers send no key, or that of --key. Without
--key only programs on this machine are answered. /models, /chat/completions and
/responses are passed on. Rate limits, server errors and failed connections are
retried twice if the wait is at most 10 seconds; each attempt counts against
--rate-limit.
`;

const conversationHelp = `rxllm chat sends the whole conversation with each line you type. Ctrl-C stops
only the answer, and keeps what has arrived. Ctrl-D leaves, even during an
answer. Without a terminal, each line of standard input is a prompt, and Ctrl-C
leaves at once.
`;

const serverHelp = `The server is the first of these that is set:
  --base-url          Any server with an OpenAI-style API: Ollama, vLLM, …
  OPENAI_BASE_URL     The same, from the environment.
  --key               OpenAI.
  OPENAI_API_KEY      OpenAI. Also sent to OPENAI_BASE_URL, but to no other
                      server.
If none is set, a local server answers, which needs no key and no network. It is
not a language model: -m docs (the default) searches the documentation of rxllm,
-m echo repeats the prompt.
`;

const programHelp = `Asks a language model and prints its answer as it arrives.

Usage: rxllm [options] [prompt …]
       rxllm chat [options] [first prompt …]
                                holds a conversation
       rxllm models [options]   lists the models of the server
       rxllm serve [options]    runs a local server, or a relay, until Ctrl-C

Options:
${Object.values(optionHelp).join('\n')}

rxllm models takes only --base-url, --key, --timeout, --retries and --json.

Options of rxllm serve; of those above it takes only --key, the key to require:
${Object.values(serveHelp).join('\n')}
It answers /models, /chat/completions, /completions, /responses (also in the
background), /embeddings (by word hashes) and /moderations (by lists of words).
${relayHelp}
The prompt is standard input, a blank line and the arguments, or just one of
them. With arguments, piped input must begin within 2 seconds; a first argument
of - waits for it without a time limit, and also reads from a terminal.

${conversationHelp}
${serverHelp}
Examples:
  Ask                     rxllm "Why is the sky blue?"
  Ask about a file        rxllm "Summarize this" < report.txt
  Ask about output        git diff | rxllm "Write a commit message"
  Chain two questions     rxllm "Name a fruit" | rxllm - "Describe it"
  Set a role              rxllm -s "You are a pirate" "How are you?"
  Save the answer         rxllm "Write a limerick" > limerick.txt
  List the models         rxllm models --base-url http://localhost:11434/v1
  Hold a conversation     rxllm chat -s "You are a pirate"
  Compare two models      rxllm -m gpt-4o -m gpt-4o-mini "Why is the sky blue?"
  Ask Ollama              rxllm --base-url http://localhost:11434/v1 Hello
  Read a key from a file  rxllm --key @openai.key Hello
  Ask the newer API       rxllm --responses "Why is the sky blue?"
  Continue a text         rxllm --legacy "Once upon a time"
  Be exact and brief      rxllm -t 0 --max-tokens 50 "What is a monad?"
  See the raw chunks      rxllm --json Hello | jq .choices
  Fill in a form          rxllm --schema '{"type":"object","properties":
                            {"city":{"type":"string"}},"required":["city"]}' \\
                            "Where is the Eiffel Tower?"
  Lend it tools           rxllm --mcp "npx my-tools" "Who is free on Monday?"
  Get a list              rxllm --schema steps.json --json-lines "Bake bread"
  Measure the speed       rxllm --stats "Count to ten"
  Serve without a key     rxllm serve --port 8080
  Try out rate limits     rxllm serve --models echo --rate-limit 3/10s
  Keep the key here       rxllm serve --relay https://api.openai.com/v1
  Begin with a dash       rxllm -- "-1 + 1 = ?"
  Begin with a command    rxllm -- models

Ctrl-C stops the answer, on the server too, and ends rxllm serve. Exit codes:
0 answered, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C (also rxllm serve),
143 terminated.
`;

const seeAll = '\nrxllm --help shows all commands and options.\n';

const commandHelp: Readonly<Record<CommandName, string>> = {
  chat: `Holds a conversation with a language model.

Usage: rxllm chat [options] [first prompt …]

Options:
  -m, --model NAME    The model to talk to. Defaults to gpt-4o-mini at OpenAI,
                      and to the first model listed at other servers.
${helpOf('system', 'temperature', 'max-tokens', 'responses', 'base-url', 'key', 'timeout', 'retries', 'no-stream', 'delay')}
      --json          Print each chunk of the answers, or each event of
                      --responses, as a line of JSON.
${helpOf('stats', 'help')}

${conversationHelp}
${serverHelp}
Example:
  rxllm chat -s "You are a pirate"
${seeAll}`,

  models: `Lists the models of the server.

Usage: rxllm models [options]

Options:
${helpOf('base-url', 'key', 'timeout')}
      --retries N     Retry up to N times after a rate limit, a server error or
                      a connection failure. Defaults to 2. Each wait is shown on
                      standard error; a wait of more than 60 seconds is a
                      failure.
      --json          Print each model as a line of JSON.
${optionHelp.help}

${serverHelp}
Example:
  rxllm models --base-url http://localhost:11434/v1
${seeAll}`,

  serve: `Runs a local server until Ctrl-C. It needs no key and no network. Its models are
not language models: docs searches the documentation of rxllm, or calls a tool
search_docs(query) that it is offered; echo repeats the prompt. With --relay it
passes requests on to another server instead.

Usage: rxllm serve [options]

Options:
${Object.values(serveHelp).join('\n')}
      --key KEY       The key to require; none by default. @FILE reads it from a
                      file, hidden from other users.
${optionHelp.help}

${relayHelp}
Examples:
  Serve without a key     rxllm serve --port 8080
  Try out rate limits     rxllm serve --models echo --rate-limit 3/10s
  Keep the key here       rxllm serve --relay https://api.openai.com/v1
${seeAll}`,
};

/** Returns the help for a command, or for the whole program; at most 80 columns wide. */
export function helpFor(command: CommandName | undefined): string {
  return command === undefined ? programHelp : commandHelp[command];
}

function helpOf(...names: readonly (keyof typeof optionHelp)[]): string {
  return names.map((name) => optionHelp[name]).join('\n');
}
