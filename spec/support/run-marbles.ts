import { TestScheduler, type RunHelpers } from 'rxjs/testing';

/** Runs a marble test in virtual time, comparing with jest's `toEqual`, which shows readable differences. */
export function runMarbles(test: (helpers: RunHelpers) => void): void {
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  }).run(test);
}
