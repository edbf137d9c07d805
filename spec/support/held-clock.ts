import { VirtualAction, VirtualTimeScheduler } from 'rxjs';

/** A scheduler whose time stands still until it is told to pass. */
export interface HeldClock extends VirtualTimeScheduler {
  /** The number of timers that neither fired nor were cancelled. */
  readonly waiting: number;
  /** Lets this many milliseconds pass; by default as many as it takes for the next timer to fire. */
  readonly pass: (milliseconds?: number) => void;
}

/** Creates a clock that begins at 0. */
export function createHeldClock(): HeldClock {
  const clock = new VirtualTimeScheduler(VirtualAction, 0);
  const pass = (milliseconds = (clock.actions[0]?.delay ?? clock.now()) - clock.now()): void => {
    clock.maxFrames = clock.now() + milliseconds;
    clock.flush();
    clock.frame = clock.maxFrames;
  };
  Object.defineProperty(clock, 'waiting', { get: () => clock.actions.length });
  return Object.assign(clock, { pass }) as unknown as HeldClock;
}
