import type { OperatorFunction, SchedulerLike } from 'rxjs';
import type { ResponseObject } from '../../schemas/response-object.js';
import { operate } from '../../util/operate.js';
import type { FinishReason, GenerationEvent } from '../answers/generation.js';
import { toLocalError } from '../http/local-error.js';
import { createOutput, type UnnumberedEvent } from './response-output.js';

/** An event of a response's stream. Those that tell the state of the whole response hold it as `response`. */
export interface NumberedEvent extends UnnumberedEvent {
  readonly sequence_number: number;
  readonly response?: ResponseObject;
}

/** What {@link toResponseEvents} needs to know of a response. */
interface ResponseEventsConfig {
  /** The response before its generation. If it is `background`, its first events do not wait for the generation. */
  readonly response: ResponseObject;
  readonly inputTokens: number;
  /** Whether an error is told by events. If not, it passes through, so that it can be answered with its own status. */
  readonly tellsErrors: () => boolean;
  /** The clock. */
  readonly scheduler: SchedulerLike;
}

/** Why a response is incomplete, by the finish reasons of chat; after any other it is complete. */
const incompleteReasons: ReadonlyMap<string, string> = new Map([
  ['length', 'max_output_tokens'],
  ['content_filter', 'content_filter'],
]);

/**
 * Converts a generation to the events of a response's stream, numbered from 0. The last one holds the whole response. A
 * generation that completes without its finish was cancelled.
 */
export function toResponseEvents(config: ResponseEventsConfig): OperatorFunction<GenerationEvent, NumberedEvent> {
  const { response, inputTokens, tellsErrors, scheduler } = config;
  return operate<GenerationEvent, NumberedEvent>((destination) => {
    let next = 0;
    let hasEnded = false;
    let [tokens, reasoningTokens] = [0, 0];

    const emit = ({ type, ...fields }: UnnumberedEvent): void => {
      destination.next({ type, sequence_number: next++, ...fields });
    };
    const emitState = (status: string, fields: Partial<ResponseObject> = {}, name = status): void => {
      emit({ type: `response.${name}`, response: { ...response, status, ...fields } });
    };
    const begin = (): void => {
      if (next === 0) {
        const isQueued = response.background === true;
        emitState(isQueued ? 'queued' : 'in_progress', {}, 'created');
        if (isQueued) {
          emitState('queued');
        }
        emitState('in_progress');
      }
    };
    const output = createOutput(emit);
    const finish = (reason: FinishReason): void => {
      hasEnded = true;
      const cut = incompleteReasons.get(reason);
      const status = cut === undefined ? 'completed' : 'incomplete';
      emitState(status, {
        output: output.finish(status),
        usage: {
          input_tokens: inputTokens,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: tokens,
          output_tokens_details: { reasoning_tokens: reasoningTokens },
          total_tokens: inputTokens + tokens,
        },
        ...(cut === undefined
          ? { completed_at: Math.floor(scheduler.now() / 1000) }
          : { incomplete_details: { reason: cut } }),
      });
    };

    if (response.background === true) {
      begin();
    }
    return {
      next(event) {
        begin();
        if (event.type === 'finish') {
          finish(event.reason);
          return;
        }
        tokens += 1;
        reasoningTokens += event.type === 'delta' && (event.delta.reasoning_content ?? event.delta.reasoning) ? 1 : 0;
        output.add(event);
      },
      error(reason) {
        if (!tellsErrors()) {
          destination.error(reason);
          return;
        }
        const { body, message } = toLocalError(reason, 'The stream');
        begin();
        emit({ type: 'error', ...body });
        emitState('failed', { error: { code: body.error.code ?? 'server_error', message } });
        destination.complete();
      },
      complete() {
        if (!hasEnded) {
          emitState('cancelled');
        }
        destination.complete();
      },
    };
  });
}
