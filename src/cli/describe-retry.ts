import type { ErrorKind, RetryNotice } from '../index.node.js';

/** What went wrong, for the kinds of error that a further attempt may heal. */
const reasons: Readonly<Partial<Record<ErrorKind, string>>> = {
  rate_limit: 'rate limited',
  overloaded: 'the server is overloaded',
  server: 'the server failed',
  timeout: 'no answer in time',
  connection: 'no connection',
  truncated: 'the answer broke off',
};

/**
 * Says that something is tried again, and when, in one line.
 *
 * @param remaining What is left of the pause, in milliseconds; shown as whole seconds, at least one.
 */
export function describeRetry({ reason, delay }: RetryNotice, remaining = delay): string {
  return `${reasons[reason.kind] ?? 'failed'}, trying again in ${Math.max(Math.ceil(remaining / 1000), 1)} s`;
}
