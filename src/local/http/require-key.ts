import { createHash, timingSafeEqual } from 'node:crypto';
import { LocalError } from './local-error.js';

/** Checks the `authorization` header of a request; one that does not let it in is a `LocalError` 401. */
export type KeyCheck = (authorization: string | undefined) => void;

/**
 * Makes the check for a key. Hashes are compared, in constant time, so that neither the key nor its length can be
 * guessed from how long an answer takes; neither key is in the error.
 */
export function requireKey(key: string): KeyCheck {
  const expected = hash(key);
  return (authorization = '') => {
    const [, sent] = /^bearer +(.*)$/iu.exec(authorization.trim()) ?? [];
    if (sent === undefined) {
      throw refusal("This server asks for a key: send the header 'authorization: Bearer' with it.");
    }
    if (!timingSafeEqual(hash(sent), expected)) {
      throw refusal('The key is not the one this server was started with.');
    }
  };
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refusal(message: string): LocalError {
  return new LocalError(401, message, { code: 'invalid_api_key', headers: { 'www-authenticate': 'Bearer' } });
}
