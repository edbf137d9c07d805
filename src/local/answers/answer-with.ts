import { randomUUID } from 'node:crypto';
import { concat, mergeMap, tap, type Observable } from 'rxjs';
import { findModel } from '../find-model.js';
import type { Exchange, Handler } from '../http/exchange.js';
import { readJson } from '../http/read-json.js';
import { sendJson } from '../http/send.js';
import { sendEvents, whenWritable } from '../http/send-events.js';
import { countTokens } from '../tokenize.js';
import type { AnswerFormat, AnswerHead } from './answer-format.js';
import { generate } from './generate.js';
import type { GenerationRequest } from './generation-request.js';
import { textOf } from './local-message.js';
import { pace } from './pace.js';

/** Pieces at which an answer that is not streamed is cut: a model that never ends must not fill the memory. */
const longestAnswer = 1_000_000;

/** Makes the handler of an endpoint from its two sides: how its requests are read, and how its answers are written. */
export function answerWith(parse: (body: unknown) => GenerationRequest, format: AnswerFormat): Handler {
  return (exchange) => readJson(exchange.request).pipe(mergeMap((body) => answer(exchange, parse(body), format)));
}

function answer(
  { response, settings }: Exchange,
  request: GenerationRequest,
  format: AnswerFormat,
): Observable<unknown> {
  const model = findModel(settings.models, request.asked.model);
  const head = toHead(request, format.idPrefix, settings.scheduler.now());
  if (!request.stream) {
    const maxTokens = Math.min(request.maxTokens, longestAnswer);
    return format
      .whole(generate(model, request.asked, { maxTokens }), head)
      .pipe(tap((object) => sendJson(response, object)));
  }
  const pause = pace(settings.tokensPerSecond, settings.scheduler);
  const ready = (): Observable<unknown> => concat(pause(), whenWritable(response));
  return sendEvents(
    response,
    format.stream(generate(model, request.asked, { maxTokens: request.maxTokens, ready }), head),
  );
}

function toHead({ asked, includeUsage }: GenerationRequest, idPrefix: string, now: number): AnswerHead {
  return {
    id: idPrefix + randomUUID().replaceAll('-', ''),
    created: Math.floor(now / 1000),
    model: asked.model,
    includeUsage,
    usage: (completionTokens) => {
      const promptTokens = asked.messages.reduce((sum, message) => sum + countTokens(textOf(message)), 0);
      return {
        prompt_tokens: promptTokens,
        completion_tokens: completionTokens,
        total_tokens: promptTokens + completionTokens,
      };
    },
  };
}
