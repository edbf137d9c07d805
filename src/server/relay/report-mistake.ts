import { config } from 'rxjs';

/**
 * Reports an error of the operator's own code, of which a caller is told nothing: to rxjs's `config.onUnhandledError`, else
 * to the log of the server. rxjs would end the program without such a handler, and callers can make `authorize` throw.
 */
export function reportMistake(error: unknown): void {
  (config.onUnhandledError ?? console.error)(error);
}
