import {
  defer,
  finalize,
  type MonoTypeOperatorFunction,
  type SchedulerLike,
  tap,
  VirtualAction,
  VirtualTimeScheduler,
} from 'rxjs';
import type { ChatCompletionChunk, ResponseEvent, Transport } from '../../src/index.js';
import { turnsUntil } from './observe.js';

/** A server that leaves a stream open. */
export interface OpenStream {
  /** `silent`, or `idling` with pieces that bring nothing. */
  readonly kind: 'silent' | 'idling';
  /** The text that it has sent. */
  readonly text: string;
  /** Whether it has sent a status that the client must know before time passes. */
  readonly hasStatus: boolean;
  /** Counts the requests that have reached it. */
  readonly requests: () => number;
}

/** The time of a client. */
export interface ClientTime {
  /** The clock of the client. */
  readonly scheduler: SchedulerLike;
  /** The number of timers that neither fired nor were cancelled. */
  readonly waiting: () => number;
  /** Watches the exchanges of the client. */
  readonly over: (transport: Transport) => Transport;
  /** Lets time pass while a stream is open. */
  readonly pass: MonoTypeOperatorFunction<ChatCompletionChunk | ResponseEvent>;
}

/** How long to wait for what is on its way, in milliseconds: as long as a test may take on a busy machine. */
const patience = 20_000;
/** How much time passes with each piece of an idling server, in milliseconds. */
const step = 20;

/**
 * Creates a clock that stands still until the request has reached the server, and what the server has sent has reached the
 * client. Then it goes on to the next deadline, or from piece to piece. So a deadline cannot pass while a busy machine is
 * still about to send the request.
 */
export function holdTime({ kind, text, hasStatus, requests }: OpenStream): ClientTime {
  const clock = new VirtualTimeScheduler(VirtualAction, 0);
  let heads = 0;
  let pieces = 0;

  const goOn = (): void => {
    const next = clock.actions[0]?.delay ?? clock.frame;
    clock.maxFrames = kind === 'silent' ? next : clock.frame + step;
    clock.flush();
    clock.frame = clock.maxFrames;
  };
  const run = async (hasArrived: () => boolean, hasEnded: () => boolean): Promise<void> => {
    for (let seen = pieces; !hasEnded(); seen = pieces) {
      const isDue = (): boolean => hasEnded() || (hasArrived() && (kind === 'silent' || pieces > seen));
      await turnsUntil(isDue, patience);
      if (!hasEnded()) {
        goOn();
      }
    }
  };

  return {
    scheduler: clock,
    waiting: () => clock.actions.length,
    over: (transport) => (request) =>
      transport(request).pipe(
        tap((event) => {
          heads += event.type === 'head' ? 1 : 0;
          pieces += event.type === 'data' ? 1 : 0;
        }),
      ),
    pass: (source) =>
      defer(() => {
        const before = { requests: requests(), heads };
        let shown = '';
        let ended = false;
        const hasArrived = (): boolean =>
          requests() > before.requests && shown === text && (!hasStatus || heads > before.heads);
        void run(hasArrived, () => ended);
        return source.pipe(
          tap((value) => (shown += textOf(value))),
          finalize(() => (ended = true)),
        );
      }),
  };
}

function textOf(value: ChatCompletionChunk | ResponseEvent): string {
  if ('choices' in value) {
    const content = value.choices[0]?.delta.content;
    return typeof content === 'string' ? content : '';
  }
  return value.type === 'response.output_text.delta' ? value.delta : '';
}
