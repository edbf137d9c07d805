import type { LocalExchange } from '../local/index.js';
import { visible } from './visible.js';

/**
 * An exchange as one line of a log: when it began, method, path, model, status, how long it took, and how it ended where
 * that was not well. A dash stands for what there is not.
 *
 * @param key The server's key, which is not shown wherever a caller puts it.
 */
export function describeExchange(exchange: LocalExchange, key?: string): string {
  const { startedAt, method, path, model, status, duration, outcome } = exchange;
  const shown = (text: string): string => visible(key === undefined ? text : text.replaceAll(key, '[redacted]'));
  return [
    new Date(startedAt).toTimeString().slice(0, 8),
    method,
    shown(path),
    model === undefined ? '-' : shown(model),
    status ?? '-',
    `${Math.round(duration)} ms`,
    outcome === 'answered' ? [] : outcome,
  ]
    .flat()
    .join(' ');
}
