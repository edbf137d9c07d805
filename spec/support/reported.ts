import { config } from 'rxjs';

/** Collects what the operator of a server is told, during each spec of a file; otherwise it would be printed. */
export function collectReported(): readonly unknown[] {
  const reported: unknown[] = [];
  beforeEach(() => {
    reported.length = 0;
    config.onUnhandledError = (error) => reported.push(error);
  });
  afterEach(() => {
    config.onUnhandledError = null;
  });
  return reported;
}
