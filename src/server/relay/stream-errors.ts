import type { ToldError } from '../error-event.js';

/** How a stream ends that neither the model's server nor an error of it has ended, by its code. */
export const streamErrors = {
  stopped: { kind: 'provider', message: 'The stream was stopped', code: 'stopped' },
  detached: { kind: 'provider', message: 'The stream was stopped, since nobody read it', code: 'detached' },
  log_full: { kind: 'limit', message: 'There is no room for more of the stream', code: 'log_full' },
  log_unavailable: { kind: 'server', message: 'The streams are not available', code: 'log_unavailable' },
  producer_lost: { kind: 'server', message: 'The stream was cut off', code: 'producer_lost' },
} as const satisfies Readonly<Record<string, ToldError>>;
