import { EMPTY, identity, last, map, mergeMap, pipe, take, takeUntil, tap, type Observable } from 'rxjs';
import { generate } from '../answers/generate.js';
import type { GenerationEvent } from '../answers/generation.js';
import { pace } from '../answers/pace.js';
import type { Exchange, Handler } from '../http/exchange.js';
import { findModel } from '../http/model-routes.js';
import { readJson } from '../http/read-json.js';
import { sendFrames, sendJson, whenWritable } from '../http/send.js';
import { messageText } from '../local-model.js';
import { countTokens } from '../tokenize.js';
import { toResponseEvents, type NumberedEvent } from './response-events.js';
import { createResponse, readResponseRequest, type ResponseOrder } from './response-request.js';
import { sendStoredFrames } from './response-routes.js';
import { toFrame, type StoredResponses } from './stored-responses.js';

/** The number of pieces after which an answer is cut, since its last event repeats all of them and a model may never end. */
const maxPieces = 1_000_000;

/** The same for an answer in the background, whose events are all kept. */
const maxBackgroundPieces = 100_000;

/** Creates the handler of `POST /v1/responses`. */
export function answerResponse(stored: StoredResponses): Handler {
  return (exchange) =>
    readJson(exchange.request).pipe(
      mergeMap((body) => {
        const order = readResponseRequest(body, stored);
        exchange.notes.model = order.asked.model;
        return order.background ? answerInBackground(exchange, order, stored) : answer(exchange, order, stored);
      }),
    );
}

function answer(exchange: Exchange, order: ResponseOrder, stored: StoredResponses): Observable<unknown> {
  const { response, settings } = exchange;
  const { asked, items, stream, store } = order;
  const model = findModel(settings.models, asked.model);
  const pacing = pace<GenerationEvent>({
    tokensPerSecond: settings.tokensPerSecond,
    burst: 64,
    writable: whenWritable(response),
    maxWaiting: maxPieces,
    scheduler: settings.scheduler,
  });
  const maxTokens = Math.min(order.maxTokens, maxPieces);
  const events = generate(model, { asked, maxTokens, stop: [] }, stream ? pacing : identity).pipe(
    toResponseEvents({
      response: createResponse(order, settings.scheduler.now()),
      inputTokens: countInput(order),
      tellsErrors: () => response.headersSent,
      scheduler: settings.scheduler,
    }),
  );
  const keep = tap<NumberedEvent>(({ response: state }) => {
    if (store && state !== undefined && state.status !== 'in_progress') {
      stored.add(state, items);
    }
  });
  return stream
    ? sendFrames(exchange, events.pipe(keep, map(toFrame)))
    : events.pipe(
        last(),
        keep,
        tap((event) => sendJson(response, event.response ?? {})),
      );
}

/** Begins a generation that goes on without its caller, and answers with the response so far or with its stream. */
function answerInBackground(exchange: Exchange, order: ResponseOrder, stored: StoredResponses): Observable<unknown> {
  const { scheduler, models, tokensPerSecond } = exchange.settings;
  const { asked, items, stream } = order;
  const model = findModel(models, asked.model);
  const maxTokens = Math.min(order.maxTokens, maxBackgroundPieces);
  const pacing = pipe(
    // One more shows that the answer was cut.
    take<GenerationEvent>(maxTokens + 1),
    pace<GenerationEvent>({ tokensPerSecond, burst: 64, writable: EMPTY, maxWaiting: Infinity, scheduler }),
  );
  const response = createResponse(order, scheduler.now());
  const running = stored.run(response, items, stream, (cancelled) =>
    generate(model, { asked, maxTokens, stop: [] }, pacing).pipe(
      takeUntil(cancelled),
      toResponseEvents({ response, inputTokens: countInput(order), tellsErrors: () => true, scheduler }),
    ),
  );
  if (running.frames !== undefined) {
    return sendStoredFrames(exchange, running.frames);
  }
  sendJson(exchange.response, response);
  return EMPTY;
}

function countInput({ asked }: ResponseOrder): number {
  return asked.messages.reduce((sum, message) => sum + countTokens(messageText(message)), 0);
}
