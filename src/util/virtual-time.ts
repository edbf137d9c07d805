/** What differs while a marble test runs. */
interface VirtualTime {
  /** Whether the test says when animation frames come; otherwise there is one every 16 ms, whatever the runtime. */
  readonly isAnimated: () => boolean;
}

let running: VirtualTime | undefined;

/** Returns the virtual time of the marble test that runs now; `undefined` outside of one. */
export function virtualTime(): VirtualTime | undefined {
  return running;
}

/** Calls a function during which time is virtual. */
export function runInVirtualTime(time: VirtualTime, run: () => void): void {
  const outer = running;
  running = time;
  try {
    run();
  } finally {
    running = outer;
  }
}
