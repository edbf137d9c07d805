import { setImmediate } from 'node:timers';
import { runInThisContext } from 'node:vm';

/** Fails each test of this file that causes an unhandled rejection or a Node warning. */
export function expectQuietProcess(): void {
  // In a test, `process` is a copy that emits no events.
  const real = runInThisContext('process') as NodeJS.Process;
  const noises: unknown[] = [];
  const hear = (noise: unknown): void => void noises.push(noise);

  beforeAll(() => {
    real.on('unhandledRejection', hear);
    real.on('warning', hear);
  });

  afterEach(async () => {
    // Both are reported after the microtasks of a turn.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(noises.splice(0)).toEqual([]);
  });

  afterAll(() => {
    real.off('unhandledRejection', hear);
    real.off('warning', hear);
  });
}
