import { config } from 'rxjs';

/**
 * Tells the operator of a server about an error: by rxjs's `config.onUnhandledError`, else in the log. rxjs would end the
 * program without such a handler, and callers can cause errors.
 */
export function tellOperator(error: unknown): void {
  (config.onUnhandledError ?? console.error)(error);
}
