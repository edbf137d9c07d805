import {
  concatMap,
  connect,
  defer,
  identity,
  ignoreElements,
  last,
  map,
  merge,
  mergeMap,
  type Observable,
  type OperatorFunction,
  pipe,
  tap,
} from 'rxjs';
import {
  accumulateRun,
  coalesceText,
  type RunnableTool,
  runChunks,
  runTools,
  type RunView,
  textDeltas,
  type ToolCall,
  type ToolRunEvent,
  toText,
} from '../../index.node.js';
import { type AnswerEnding, reportEnding } from '../answer/ending.js';
import {
  type AskOptions,
  type DisplayOptions,
  toChatRequest,
  type ToolOptions,
  toResponseRequest,
} from '../answer/request.js';
import { throwIfInterrupted } from '../answer/throw-if-interrupted.js';
import type { Server } from '../server/connect.js';
import { chooseModels, suggestModels } from '../server/models.js';
import { printText, type Streams, writeLine } from '../terminal/output.js';
import { writeRetry } from '../terminal/show-waiting.js';
import { oneLine } from '../terminal/text.js';
import { type AskUser, prepareQuestions } from './ask-user.js';
import { withToolServers } from './tool-servers.js';

/** How many requests one prompt may cause: every call is shown, so a long run is seen. */
const maxTurns = 50;
/** How much of a call or a failure is shown, in characters. */
const maxShown = 300;
/** The same for arguments that the user is asked about, and would agree to without having seen the rest. */
const maxAsked = 10_000;
/** Invisible characters, some of which reorder text, so that a call could look like another one. */
const hidden = /(?![\u200c\u200d])\p{Cf}/gu;

interface Prompt {
  readonly server: Server;
  readonly prompt: string;
  readonly interruptions: Observable<unknown>;
}

/**
 * Returns what sends a prompt, runs the tools that the model calls, and prints the answers. Each call is asked for unless
 * the options say otherwise.
 *
 * @throws {UsageError} When there is no terminal to ask at.
 */
export function prepareTools(options: AskOptions, tools: ToolOptions, streams: Streams) {
  const askUser = tools.yes ? undefined : prepareQuestions(streams);
  return ({ server, prompt, interruptions }: Prompt): Observable<never> =>
    withToolServers(tools.servers, streams.stderr, (lent) =>
      chooseModels(server, options, streams.stderr).pipe(
        concatMap((model) => run({ server, model, prompt, options, tools: lent, stderr: streams.stderr, askUser })),
        throwIfInterrupted(interruptions),
        printRun(options.display, streams),
        suggestModels(server),
      ),
    );
}

interface Run {
  readonly server: Server;
  readonly model: string;
  readonly prompt: string;
  readonly options: AskOptions;
  readonly tools: readonly RunnableTool[];
  readonly stderr: NodeJS.WriteStream;
  /** `undefined` to run every call. */
  readonly askUser: AskUser | undefined;
}

function run({ server: { client }, model, prompt, options, tools, stderr, askUser }: Run): Observable<ToolRunEvent> {
  const approve = (call: ToolCall): boolean | Observable<boolean> => {
    writeLine(stderr, `→ ${describeCall(call, askUser === undefined ? maxShown : maxAsked)}`, 'dim');
    return askUser?.('Run it? [y/N] ') ?? true;
  };
  const retry = { count: options.retries, notify: writeRetry(stderr) };
  // Questions are asked one after the other.
  const config = { tools, approve, retry, maxTurns, concurrency: askUser === undefined ? Infinity : 1 };
  return options.endpoint === 'responses'
    ? runTools(client, { ...config, api: 'responses', request: toResponseRequest(model, prompt, options) })
    : runTools(client, { ...config, request: toChatRequest(model, prompt, options) });
}

/** Prints the text of a run to stdout, and its calls to stderr. Emits nothing, completes when everything is written. */
function printRun(display: DisplayOptions, { stdout, stderr }: Streams): OperatorFunction<ToolRunEvent, never> {
  const { json, stream, delay, stats } = display;
  const toOutput = json
    ? pipe(
        runChunks(),
        map((chunk) => `${JSON.stringify(chunk)}\n`),
      )
    : pipe(runText(), stream ? identity : toText());
  const print = pipe(toOutput, delay === 0 ? identity : coalesceText(delay), printText(stdout));
  return connect((events) => {
    // The shared events, so that the last turn is known when the chunks end.
    const toEnding = () => events.pipe(accumulateRun(), last(), mergeMap(endingOf));
    return merge(
      events.pipe(print),
      events.pipe(
        tap((event) => report(event, stderr)),
        ignoreElements(),
      ),
      events.pipe(runChunks(), reportEnding(ignoreElements(), { stderr, stats, toEnding })),
    );
  });
}

/** The last answer of a run that has one, with the token counts of all turns. */
function endingOf({ turns, usage }: RunView): readonly AnswerEnding[] {
  return turns.slice(-1).map(({ message }) => ({ ...message, usage }));
}

/** Emits the text of all turns; what a turn says before its calls ends its line. */
function runText(): OperatorFunction<ToolRunEvent, string> {
  return connect((events) =>
    defer(() => {
      let end = '\n';
      return merge(
        events.pipe(runChunks(), textDeltas()),
        events.pipe(mergeMap(({ type }) => (type === 'call' && end !== '\n' ? ['\n'] : []))),
      ).pipe(tap((text) => (end = text.at(-1) ?? end)));
    }),
  );
}

function report(event: ToolRunEvent, stderr: NodeJS.WriteStream): void {
  if (event.type === 'failure') {
    writeLine(stderr, `✗ ${shorten(event.call.name)}: ${shorten(event.content)}`, 'dim');
  }
  if (event.type === 'progress' && typeof event.value === 'object' && event.value !== null) {
    const { progress, total, message } = event.value as Readonly<Record<string, unknown>>;
    const amount = [progress, total].filter((part) => typeof part === 'number').join('/');
    const words = typeof message === 'string' ? ` ${shorten(message)}` : '';
    writeLine(stderr, `  ${shorten(event.call.name)}: ${amount}${words}`, 'dim');
  }
}

function describeCall({ name, arguments: text }: ToolCall, maximum: number): string {
  return `${shorten(name)}(${shorten(text, maximum)})`;
}

/** Shortens a text to one line, with invisible characters as escapes such as `\u{202e}`. */
function shorten(text: string, maximum = maxShown): string {
  const line = oneLine(text);
  const shown = line.slice(0, maximum).replace(hidden, escape);
  return line.length > maximum ? `${shown}… ${line.length - maximum} more characters` : shown;
}

function escape(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`;
}
