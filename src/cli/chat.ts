import {
  catchError,
  concat,
  concatMap,
  connect,
  defer,
  EMPTY,
  ignoreElements,
  map,
  merge,
  mergeScan,
  type Observable,
  Subject,
  throwError,
} from 'rxjs';
import { type ChatMessage, type RetryNotice, retryTransient, toText } from '../index.node.js';
import { printAnswer, toOutput } from './answer/print-answer.js';
import { type AskOptions, requestChat } from './answer/request.js';
import { explainError, InterruptedError, OutputClosedError, ReportedError, throwIfInterrupted } from './errors.js';
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

type History = readonly ChatMessage[];

/**
 * Answers the prompts one after the other, each request carrying the history. A failed turn is printed and does not end the
 * conversation; if nobody reads along, it becomes a {@link ReportedError} at the end. Completes after the last answer.
 */
function holdConversation(conversation: Conversation): Observable<never> {
  const { prompts, wrapTurn, isInteractive } = conversation.dialogue;
  return defer(() => {
    let failed = false;
    const onFailure = (error: unknown): void => {
      failed = true;
      writeLine(conversation.streams.stderr, `rxllm: ${explainError(error)}`, 'red');
    };
    const start: History = [];
    return concat(
      prompts.pipe(
        mergeScan((history, prompt) => wrapTurn(takeTurn(history, prompt, conversation, onFailure)), start, 1),
        ignoreElements(),
      ),
      defer(() => (failed && !isInteractive ? throwError(() => new ReportedError()) : EMPTY)),
    );
  });
}

/**
 * Prints the answer to a prompt, then emits the history with both, and completes. An answer that was stopped or broke off is
 * kept as far as it came. Without any answer the prompt is left out, so that it can be sent again.
 *
 * Errors only when nobody reads the output any more; all other errors go to `onFailure`.
 */
function takeTurn(
  history: History,
  prompt: string,
  conversation: Conversation,
  onFailure: (error: unknown) => void,
): Observable<History> {
  const messages: History = [...history, { role: 'user', content: prompt }];
  return showAnswer(messages, conversation).pipe(
    catchError((error: unknown) => {
      if (error instanceof OutputClosedError) {
        return throwError(() => error);
      }
      if (!(error instanceof InterruptedError)) {
        onFailure(error);
      }
      return EMPTY;
    }),
    toText(),
    map((content) => (content === '' ? history : [...messages, { role: 'assistant', content } as const])),
  );
}

/**
 * Prints the answer to the last message and emits its text as it is shown. Completes when everything is written; errors
 * pass through after the text before them.
 */
function showAnswer(
  messages: History,
  { server, model, options, streams, dialogue }: Conversation,
): Observable<string> {
  const { display, retries: count } = options;
  const retries = new Subject<RetryNotice>();
  return requestChat(server.client, model, messages, options).pipe(
    retryTransient({ count, notify: retries }),
    suggestModels(server),
    throwIfInterrupted(dialogue.interruptions),
    connect((chunks) =>
      merge(
        chunks.pipe(printAnswer(display, retries, streams)), // first, so that it ends its line before an error passes
        chunks.pipe(toOutput({ json: false, stream: display.stream })),
      ),
    ),
  );
}
