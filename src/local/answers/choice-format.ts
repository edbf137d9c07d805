import {
  concat,
  defer,
  EMPTY,
  forkJoin,
  map,
  merge,
  of,
  tap,
  toArray,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import { messageText } from '../local-model.js';
import { countTokens } from '../tokenize.js';
import type { GenerationRequest } from './generation-request.js';
import { toGeneration, type Generation, type GenerationEvent } from './generation.js';

/** How an endpoint writes its answers. Ids, models, indices and token counts are the same for all endpoints. */
export interface ChoiceFormat {
  readonly idPrefix: string;
  /** The field `object` of an answer that is not streamed. */
  readonly wholeObject: string;
  /** The field `object` of each chunk. */
  readonly chunkObject: string;
  /** Converts the events of a generation to the choices of its chunks, without their index. */
  readonly toChoices: OperatorFunction<GenerationEvent, object>;
  /** Converts a finished generation to the choice of an answer that is not streamed, without its index. */
  readonly toChoice: (generation: Generation) => object;
}

/** What all objects of one answer share. */
export interface AnswerHead {
  readonly id: string;
  /** In seconds since the epoch. */
  readonly created: number;
  readonly request: GenerationRequest;
}

/**
 * Merges generations into the chunks of one stream, each generation a choice of its own. If the request asks for usage,
 * a chunk with the token counts and no choices follows, and the others have `usage: null`.
 */
export function writeChunks(
  generations: readonly Observable<GenerationEvent>[],
  format: ChoiceFormat,
  head: AnswerHead,
): Observable<object> {
  const { includeUsage } = head.request;
  const common = commonFields(format.chunkObject, head);
  const noUsage = includeUsage ? { usage: null } : {};
  return defer(() => {
    let tokens = 0;
    const count = tap<GenerationEvent>(({ type }) => (tokens += type === 'finish' ? 0 : 1));
    const chunks = generations.map((events, index) =>
      events.pipe(
        count,
        format.toChoices,
        map((choice) => ({ ...common, choices: [{ index, ...choice }], ...noUsage })),
      ),
    );
    const counts = defer(() => of({ ...common, choices: [], usage: toUsage(head.request, tokens) }));
    return concat(merge(...chunks), includeUsage ? counts : EMPTY);
  });
}

/** Emits the one object of an answer that is not streamed, once all generations have finished. */
export function writeWhole(
  generations: readonly Observable<GenerationEvent>[],
  format: ChoiceFormat,
  head: AnswerHead,
): Observable<object> {
  return forkJoin(generations.map((events) => events.pipe(toArray(), map(toGeneration)))).pipe(
    map((finished) => ({
      ...commonFields(format.wholeObject, head),
      choices: finished.map((generation, index) => ({ index, ...format.toChoice(generation) })),
      usage: toUsage(
        head.request,
        finished.reduce((sum, { pieces }) => sum + pieces.length, 0),
      ),
    })),
  );
}

function commonFields(object: string, { id, created, request }: AnswerHead): object {
  return { id, object, created, model: request.asked.model, system_fingerprint: 'rxllm-local' };
}

/** Counts tokens as this server splits text, those of all choices together. */
function toUsage({ asked }: GenerationRequest, completionTokens: number): object {
  const promptTokens = asked.messages.reduce((sum, message) => sum + countTokens(messageText(message)), 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}
