import { randomUUID } from 'node:crypto';

/** Creates an id that nobody can guess, such as `resp_…`. */
export function createId(prefix: string): string {
  return prefix + randomUUID().replaceAll('-', '');
}
