import type { RetryNotice } from '../index.node.js';
import { describeRetry } from './describe-retry.js';
import { writeLine } from './write-line.js';

/**
 * Says each pause before a further attempt in a line of its own.
 *
 * @param label Put before it, where several things go on at once.
 */
export function writeRetry(output: NodeJS.WriteStream, label = ''): (notice: RetryNotice) => void {
  return (notice) => writeLine(output, `${label}${describeRetry(notice)}`, 'dim');
}
