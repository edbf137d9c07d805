import { concat, mergeMap, tap, type Observable } from 'rxjs';
import { findModel } from '../find-model.js';
import type { Exchange, Handler } from '../http/exchange.js';
import { readJson } from '../http/read-json.js';
import { sendJson } from '../http/send.js';
import { sendEvents, whenWritable } from '../http/send-events.js';
import type { AnswerFormat } from './answer-format.js';
import { toHead } from './answer-head.js';
import { generate, type GenerationConfig, type GenerationEvent } from './generate.js';
import type { GenerationRequest } from './generation-request.js';
import { pace } from './pace.js';
import { writeChunks, writeWhole } from './write-objects.js';

/**
 * Pieces of an answer, all choices together, that are kept: a model that never ends must not fill the memory. An answer
 * that is not streamed is cut there; a stream fails when more of them wait for its reader.
 */
const mostKept = 1_000_000;

/** Makes the handler of an endpoint from its two sides: how its requests are read, and how its answers are written. */
export function answerWith(parse: (body: unknown) => GenerationRequest, format: AnswerFormat): Handler {
  return (exchange) => readJson(exchange.request).pipe(mergeMap((body) => answer(exchange, parse(body), format)));
}

function answer(exchange: Exchange, request: GenerationRequest, format: AnswerFormat): Observable<unknown> {
  const { response, settings, notes } = exchange;
  const { asked, stream, stop, maxTokens, choices } = request;
  notes.model = asked.model;
  const model = findModel(settings.models, asked.model);
  const head = toHead(request, format.idPrefix, settings.scheduler.now());
  const generations = (config: () => GenerationConfig): Observable<GenerationEvent>[] =>
    Array.from({ length: choices }, () => generate(model, asked, { stop, maxTokens, ...config() }));
  const share = Math.floor(mostKept / choices);
  if (!stream) {
    const whole = writeWhole(
      generations(() => ({ maxTokens: Math.min(maxTokens, share) })),
      format,
      head,
    );
    return whole.pipe(tap((object) => sendJson(response, object)));
  }
  const paced = (): GenerationConfig => {
    // Choices take turns, also where there is no pace.
    const pause = pace(settings.tokensPerSecond, settings.scheduler, choices > 1 ? 1 : undefined);
    return { ready: () => concat(pause(), whenWritable(response)), mostWaiting: share };
  };
  return sendEvents(exchange, writeChunks(generations(paced), format, head));
}
