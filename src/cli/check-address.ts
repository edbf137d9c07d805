import { UsageError } from './usage-error.js';

/**
 * Checks the base URL of a server.
 *
 * @param name Where it was given: an option, or a variable.
 * @throws {UsageError} Without quoting the address, which may hold a password.
 */
export function checkAddress(name: string, address: string): void {
  if (!/^https?:\/\//iu.test(address) || !URL.canParse(address)) {
    throw new UsageError(`${name} must be a whole address, such as http://localhost:11434/v1`);
  }
  const { username, password } = new URL(address);
  if (username !== '' || password !== '') {
    throw new UsageError(`${name} must not hold a user name or password`);
  }
}
