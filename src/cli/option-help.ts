/** What the help says of each option that is for prompts, in its order; each begins and ends as a line. */
export const optionHelp = {
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

/** The same for the options of `rxllm serve` only. */
export const servingHelp = {
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
