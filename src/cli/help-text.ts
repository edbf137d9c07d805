import { optionHelp, servingHelp } from './option-help.js';

/** How a conversation goes. */
export const chatManners = `rxllm chat sends all that was said before along with each line typed. There
Ctrl-C stops the answer only, of which what has come is kept, and Ctrl-D leaves,
also while an answer comes. Without a terminal, each line of standard input is a
prompt.
`;

/** Which server is asked. */
export const serverHelp = `The server is the first of these that is set:
  --base-url          Any server with an OpenAI-style API: Ollama, vLLM, …
  OPENAI_BASE_URL     The same, from the environment.
  --key               OpenAI.
  OPENAI_API_KEY      OpenAI. The key is also sent to OPENAI_BASE_URL, but to no
                      other server.
Without any of them a local server answers, which needs no key and no network.
It is not a language model: -m docs (the default) searches the documentation of
rxllm, -m echo repeats the prompt.
`;

/** What `rxllm --help` shows, at most 80 columns wide. */
export const helpText = `Asks a language model, and prints its answer as it is written.

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

${chatManners}
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
