import { identity, mergeMap, tap, type MonoTypeOperatorFunction, type Observable } from 'rxjs';
import { createId } from '../create-id.js';
import type { Exchange, Handler } from '../http/exchange.js';
import { findModel } from '../http/model-routes.js';
import { readJson } from '../http/read-json.js';
import { sendEvents, sendJson, whenWritable } from '../http/send.js';
import { writeChunks, writeWhole, type ChoiceFormat, type AnswerHead } from './choice-format.js';
import { generate } from './generate.js';
import type { GenerationRequest } from './generation-request.js';
import type { GenerationEvent } from './generation.js';
import { pace } from './pace.js';

/**
 * The number of pieces kept in memory per answer, all choices together, since a model may never end. An answer that is
 * not streamed is cut there; a stream errors when more pieces wait for its reader.
 */
const maxPieces = 1_000_000;

/** Creates the handler of an endpoint from a function that reads its requests and the format of its answers. */
export function answerWith(parse: (body: unknown) => GenerationRequest, format: ChoiceFormat): Handler {
  return (exchange) => readJson(exchange.request).pipe(mergeMap((body) => answer(exchange, parse(body), format)));
}

function answer(exchange: Exchange, request: GenerationRequest, format: ChoiceFormat): Observable<unknown> {
  const { response, settings, notes } = exchange;
  const { asked, choices } = request;
  notes.model = asked.model;
  const model = findModel(settings.models, asked.model);
  const head: AnswerHead = {
    id: createId(format.idPrefix),
    created: Math.floor(settings.scheduler.now() / 1000),
    request,
  };
  const generations = (
    maxTokens: number,
    pacing: MonoTypeOperatorFunction<GenerationEvent>,
  ): readonly Observable<GenerationEvent>[] =>
    Array.from({ length: choices }, () => generate(model, { ...request, maxTokens }, pacing));
  const maxPerChoice = Math.floor(maxPieces / choices);
  if (!request.stream) {
    const whole = writeWhole(generations(Math.min(request.maxTokens, maxPerChoice), identity), format, head);
    return whole.pipe(tap((object) => sendJson(response, object)));
  }
  const paced = pace<GenerationEvent>({
    tokensPerSecond: settings.tokensPerSecond,
    // Without timers several choices still take turns.
    burst: choices > 1 ? 1 : 64,
    writable: whenWritable(response),
    maxWaiting: maxPerChoice,
    scheduler: settings.scheduler,
  });
  return sendEvents(exchange, writeChunks(generations(request.maxTokens, paced), format, head));
}
