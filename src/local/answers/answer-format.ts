import type { OperatorFunction } from 'rxjs';
import type { Generation } from './collect.js';
import type { GenerationEvent } from './generate.js';

/** How an endpoint writes an answer; ids, models, indices and token counts are written alike everywhere. */
export interface AnswerFormat {
  /** What the ids of its answers begin with. */
  readonly idPrefix: string;
  /** What a whole answer says it is. */
  readonly wholeObject: string;
  /** What each object of a stream says it is. */
  readonly chunkObject: string;
  /** The choices that stream one generation, in order and without their index. */
  readonly toChoices: OperatorFunction<GenerationEvent, object>;
  /** The choice of a generation that is not streamed, without its index. */
  readonly toChoice: (generation: Generation) => object;
}
