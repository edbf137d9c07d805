import { ProtocolError } from '../errors/protocol-error.js';

/** Content encodings that every transport decodes. */
const decoded: ReadonlySet<string> = new Set(['', 'identity', 'gzip', 'x-gzip', 'deflate', 'br']);

/** Whether a `content-encoding` is among those that every transport decodes. */
export function isDecoded(encoding: string | null): boolean {
  return decoded.has(encoding?.trim().toLowerCase() ?? '');
}

/** Control characters and malformed UTF-8, which compressed data begins with, and no event stream or JSON does. */
const binary = /(?!\s)[\p{Cc}\ufffd]/u;
const bytesToCheck = 16;

/**
 * Checks the start of a body whose `content-encoding` is not among those that every transport decodes. Text is not encoded
 * after all: some servers send `none`, `UTF-8` or `chunked` to switch compression off, and some runtimes decode more than
 * others.
 *
 * @param encoding The `content-encoding` of the answer.
 * @param start The first piece of the body, decoded if the runtime knows the encoding.
 * @throws {ProtocolError} If the body is binary data in an encoding other than gzip, deflate and br.
 */
export function checkEncoding(encoding: string | null, start: Uint8Array): void {
  if (isDecoded(encoding)) {
    return;
  }
  // As a stream, so that a character whose end is missing is not malformed.
  if (binary.test(new TextDecoder().decode(start.subarray(0, bytesToCheck), { stream: true }))) {
    throw new ProtocolError(
      'The server compressed its answer in a way that is not supported and was not asked for; only gzip, deflate and br are supported',
    );
  }
}
