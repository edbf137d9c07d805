import { concat, EMPTY, from, map, mergeMap, type MonoTypeOperatorFunction, type Observable, of } from 'rxjs';
import type { MessageBuilder } from '../answers/message-builder.js';
import { JsonProgress } from '../chunks/json-progress.js';
import type { AnswerValue } from '../formats/answer-formats.js';
import { throwIfTruncated } from '../operators/throw-if-truncated.js';
import type { Message, ToolCall } from '../schemas/message.js';
import { inContext } from '../transport/async-context.js';
import { perSubscription } from '../util/operate.js';
import { type CallRunner, runCall } from './run-call.js';
import { isLast } from './run-tool.js';
import type { RunApi } from './run-api.js';
import type { ToolRunEvent } from './tool-run-event.js';

/** A request of any API. */
export type AnyRequest = Readonly<Record<string, unknown>>;

/** What the turns of one run share. */
export interface TurnRunner extends CallRunner {
  readonly api: RunApi<AnyRequest, unknown>;
  readonly ask: (request: AnyRequest) => Observable<AnswerValue>;
  readonly retrying: MonoTypeOperatorFunction<AnswerValue>;
  /** Creates the message of a turn. */
  readonly begin: () => MessageBuilder<AnswerValue>;
  readonly concurrency: number;
  /** Whether a tool of this name is the caller's, who answers its calls. */
  readonly isOpen: (name: string) => boolean;
}

type Event = ToolRunEvent;

/**
 * Runs one turn: requests an answer, and answers its calls.
 *
 * @param follow Called with the next request before the turn ends, if one has to follow.
 */
export function runTurn(
  runner: TurnRunner,
  turn: number,
  request: AnyRequest,
  follow: (request: AnyRequest) => void,
): Observable<Event> {
  return perSubscription(() => {
    const builder = runner.begin();
    let begun = false;
    const chunks = perSubscription(() => runner.ask(request)).pipe(
      runner.retrying,
      throwIfTruncated(),
      map((chunk) => {
        begun = true;
        builder.add(chunk);
        return { turn, type: 'chunk', chunk } as Event;
      }),
    );
    const calls = perSubscription(() =>
      // While Angular renders on a server nothing is asked, and so nothing answered.
      begun ? answerCalls(runner, turn, request, withBroken(builder.withOutput(builder.finish())), follow) : EMPTY,
    );
    return concat(chunks, calls.pipe(inContext(runner.context)));
  });
}

/**
 * Counts calls as complete that have more than one JSON value as their arguments, which `toolCalls` leaves out: DeepSeek, GLM
 * and GPT-4 write such. As the only calls of an answer they would end the run without a word to the model.
 */
function withBroken(message: Message): Message {
  if (!message.toolCalls.some(isBroken)) {
    return message;
  }
  const toolCalls = message.toolCalls.map((call) =>
    isBroken(call) ? Object.freeze({ ...call, complete: true }) : call,
  );
  return Object.freeze({ ...message, toolCalls: Object.freeze(toolCalls) });
}

function isBroken({ complete, type, name, arguments: text }: ToolCall): boolean {
  const json = new JsonProgress();
  if (!complete && type !== 'custom' && name !== '') {
    json.push(text);
  }
  return json.state === 'broken';
}

function answerCalls(
  runner: TurnRunner,
  turn: number,
  request: AnyRequest,
  message: Message,
  follow: (request: AnyRequest) => void,
): Observable<Event> {
  const { api, isOpen, concurrency } = runner;
  const calls = message.toolCalls.filter(({ complete }) => complete);
  const open = calls.filter(({ name }) => isOpen(name));
  const own = calls.filter(({ name }) => !isOpen(name));
  const answers: unknown[] = [];
  return concat(
    from(calls).pipe(map((call): Event => ({ turn, type: 'call', call }))),
    from(own).pipe(
      mergeMap(
        (call, place) =>
          runCall(runner, call, turn).pipe(
            map((step) => {
              if (isLast(step)) {
                answers[place] = api.answerTo(call, step.content);
              }
              return { turn, call, ...step };
            }),
          ),
        concurrency,
      ),
    ),
    perSubscription(() => {
      const history = api.historyAfter(request, message, answers);
      if (own.length > 0 && open.length === 0 && !api.isWaiting(message)) {
        follow(api.follow(request, message, history));
      }
      return of({ turn, type: 'turn', message, open, history } as Event);
    }),
  );
}
