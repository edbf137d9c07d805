import {
  catchError,
  concat,
  concatMap,
  connect,
  defer,
  EMPTY,
  filter,
  ignoreElements,
  map,
  merge,
  mergeMap,
  mergeScan,
  type Observable,
  of,
  skip,
  Subject,
  takeUntil,
  takeWhile,
  tap,
  throwError,
} from 'rxjs';
import {
  type AnswerValue,
  ApiError,
  type Client,
  type ConversationView,
  converse,
  type ConverseConfig,
  historyOf,
  type Turn,
} from '../index.node.js';
import { printAnswer } from './answer/print-answer.js';
import { type AskOptions, toFields, toResponseFields } from './answer/request.js';
import { throwIfInterrupted } from './answer/throw-if-interrupted.js';
import { InterruptedError, OutputClosedError, ReportedError } from './errors.js';
import { explainError } from './explain-error.js';
import { chooseServer } from './server/choose-server.js';
import type { Server } from './server/connect.js';
import { chooseModels, suggestModels } from './server/models.js';
import { type Dialogue, withDialogue } from './terminal/dialogue.js';
import { type Streams, writeLine } from './terminal/output.js';

/** Holds a conversation with a model, which begins with the words of the options, if any. Emits nothing. */
export function chat(options: AskOptions, streams: Streams): Observable<never> {
  return defer(() => {
    const connectTo = chooseServer(options.server, streams.stderr);
    return connectTo((server) =>
      chooseModels(server, options, streams.stderr).pipe(
        concatMap((model) =>
          withDialogue(options.words, streams, (dialogue) =>
            holdConversation({ server, model, options, streams, dialogue }),
          ),
        ),
      ),
    );
  });
}

interface Conversation {
  readonly server: Server;
  readonly model: string;
  readonly options: AskOptions;
  readonly streams: Streams;
  readonly dialogue: Dialogue;
}

type Turns = Pick<ConversationView, 'turns'>;

/**
 * Answers the prompts one after the other. A failed turn is printed and does not end the conversation; if nobody reads along,
 * it becomes a {@link ReportedError} at the end. Completes after the last answer.
 */
function holdConversation(conversation: Conversation): Observable<never> {
  const { streams, dialogue } = conversation;
  return defer(() => {
    let failed = false;
    const report = (error: unknown): Observable<never> => {
      if (error instanceof OutputClosedError) {
        return throwError(() => error);
      }
      if (!(error instanceof InterruptedError)) {
        failed = true;
        const consequence = isRefusal(error) ? ' The conversation goes on without this prompt.' : '';
        writeLine(streams.stderr, `rxllm: ${explainError(error)}${consequence}`, 'red');
      }
      return EMPTY;
    };
    const takeTurn = (earlier: Turns, prompt: string): Observable<Turns> =>
      dialogue.wrapTurn(answer(prompt, earlier, conversation, report));
    return concat(
      dialogue.prompts.pipe(mergeScan(takeTurn, { turns: [] }, 1), ignoreElements()),
      defer(() => (failed && !dialogue.isInteractive ? throwError(() => new ReportedError()) : EMPTY)),
    );
  });
}

/**
 * Prints the answer to a prompt, emits the turns with it, and completes when everything is written. Only then is the next
 * prompt sent, so each turn continues the conversation from the turns before it.
 */
function answer(
  prompt: string,
  { turns }: Turns,
  { server, model, options, streams, dialogue }: Conversation,
  report: (error: unknown) => Observable<never>,
): Observable<Turns> {
  const { display } = options;
  return defer(() => {
    const chunks = new Subject<AnswerValue>();
    const watch = tap((chunk: AnswerValue) => chunks.next(chunk)) as <T>(answer: Observable<T>) => Observable<T>;
    const client: Pick<Client, 'chat' | 'responses'> = {
      chat: (request) => server.client.chat(request).pipe(watch),
      responses: (request) => server.client.responses(request).pipe(watch),
    };
    const stops = dialogue.interruptions.pipe(map(() => ({ type: 'stop' }) as const));
    return merge(of(prompt), stops).pipe(
      converse(client, toConfig(model, turns, options)),
      skip(1), // the turns without the prompt
      takeWhile(({ status }) => status === 'busy', true),
      connect((views) =>
        merge(
          chunks.pipe(
            takeUntil(views.pipe(filter(hasAnswer))),
            suggestModels(server),
            throwIfInterrupted(dialogue.interruptions),
            printAnswer(display, views.pipe(mergeMap(({ last }) => (last?.retry ? [last.retry] : []))), streams),
            catchError(report),
          ),
          views.pipe(map(withoutRefused)),
        ),
      ),
    );
  });
}

function toConfig(model: string, turns: readonly Turn[], options: AskOptions): ConverseConfig {
  const { endpoint, display, system, retries: count } = options;
  const wasPrinted = ({ reply }: Turn): boolean => display.stream || display.json || reply.status === 'done';
  // What --no-stream did not print is left out.
  const withoutUnseen =
    <Item>(itemsOf: (turns: readonly Turn[]) => readonly Item[]) =>
    (earlier: readonly Turn[]): readonly Item[] =>
      earlier.flatMap((turn) => itemsOf([turn]).slice(0, wasPrinted(turn) ? undefined : 1));
  const fields = { system, turns, retry: { count } };
  return endpoint === 'responses'
    ? {
        ...fields,
        api: endpoint,
        request: toResponseFields(model, options),
        history: withoutUnseen((earlier) => historyOf(earlier, { api: endpoint })),
      }
    : { ...fields, request: toFields(model, options), history: withoutUnseen((earlier) => historyOf(earlier)) };
}

/** Whether the server refused a prompt, which it would do again with each later one. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && (error.kind === 'invalid_request' || error.kind === 'permission');
}

function withoutRefused({ turns, last }: ConversationView): Turns {
  return { turns: isRefusal(last?.error) ? turns.slice(0, -1) : turns };
}

/** Returns whether the last reply is complete, or had no chunk at all; throws the error of one that failed. */
function hasAnswer({ last, status }: ConversationView): boolean {
  if (last?.error !== undefined) {
    throw last.error;
  }
  return last?.status === 'done' || (last?.status === 'waiting' && status === 'idle');
}
