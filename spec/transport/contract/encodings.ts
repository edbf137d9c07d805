import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { isLlmError } from '../../../src/errors/llm-error.js';
import { ProtocolError } from '../../../src/errors/protocol-error.js';
import type { Transport } from '../../../src/transport/transport.js';
import { compress, type Compression } from '../../support/compress.js';
import { startServer } from '../../support/loopback.js';
import { observe } from '../../support/observe.js';
import { bodyOf, transportRequest } from '../../support/transport-events.js';

const encodings: readonly (readonly [Compression, string])[] = [
  ['gzip', 'gzip'],
  ['gzip', 'GZIP'],
  ['gzip', 'x-gzip'],
  ['zlib deflate', 'deflate'],
  ['raw deflate', 'deflate'],
  ['br', 'br'],
];

/** Specs of how compressed answers are read. */
export function describeEncodings(createTransport: () => Transport, start = startServer): void {
  it.each(encodings)('decodes %s declared as %s while it arrives', async (compression, encoding) => {
    const [first, second, last] = await compress(compression, ['first', 'second']);
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': encoding });
    served.write(first!);
    await seen.reached(2);
    expect(bodyOf(seen.values)).toBe('first');
    served.write(second!);
    await seen.reached(3);
    expect(bodyOf(seen.values)).toBe('firstsecond');
    served.end(last);

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values)).toBe('firstsecond');
  });

  it.each(['none', 'UTF-8', 'chunked', 'rot13', 'gzip, rot13'])(
    'reads text that is declared as %s, an unknown encoding, as it is',
    async (encoding) => {
      const text = ' \n日本語: {"text":"größer"}';
      const bytes = Buffer.from(text);
      const server = await start();
      const seen = observe(createTransport()(transportRequest(server.url)));
      const served = await server.next();

      served.head(200, { 'content-encoding': encoding });
      served.write(bytes.subarray(0, 6));
      await seen.reached(2);
      served.end(bytes.subarray(6));

      expect(await seen.ended).toBeUndefined();
      expect(bodyOf(seen.values)).toBe(text);
    },
  );

  it.each(['none', 'compress', 'rot13', 'gzip, rot13'])(
    'raises ProtocolError for binary data in %s, an unknown encoding, and closes the exchange',
    async (encoding) => {
      const server = await start();
      const seen = observe(createTransport()(transportRequest(server.url)));
      const served = await server.next();
      served.head(200, { 'content-encoding': encoding });
      served.write(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x04, 0x21, 0x00));

      expect(await seen.ended).toBeInstanceOf(ProtocolError);
      expect(await served.over).toBe('cut');
      expect(seen.values).toHaveLength(1);
    },
  );

  it('reads an empty body in an unknown encoding', async () => {
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': 'none' });
    served.end();

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values)).toBe('');
  });

  it('decodes bytes that arrive one at a time', async () => {
    const compressed = Buffer.concat(await compress('gzip', ['first', 'second']));
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': 'gzip' });
    compressed.forEach((_byte, index) => served.write(compressed.subarray(index, index + 1)));
    served.end();

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values)).toBe('firstsecond');
  });

  it('decodes a body that is much larger than its compressed form', async () => {
    const text = 'long '.repeat(1_000_000);
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': 'gzip' });
    served.end(gzipSync(text));

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values) === text).toBe(true);
  });

  it('decodes a large body that hardly compresses', async () => {
    const text = randomBytes(1_000_000).toString('base64');
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': 'gzip' });
    served.end(gzipSync(text));

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values) === text).toBe(true);
  });

  it('decodes a body that arrives faster than it can be decoded', async () => {
    const text = randomBytes(18_000_000).toString('base64');
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': 'gzip' });
    served.end(gzipSync(text, { level: 1 }));

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values) === text).toBe(true);
  });

  it('closes the exchange when it is unsubscribed in the middle of a compressed body', async () => {
    const [first] = await compress('gzip', ['first', 'second']);
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();
    served.head(200, { 'content-encoding': 'gzip' });
    served.write(first!);
    await seen.reached(2);

    seen.unsubscribe();

    expect(await served.over).toBe('cut');
  });

  it.each(['gzip', 'deflate', 'br'])('reads an empty body that is declared as %s', async (encoding) => {
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': encoding });
    served.end();

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values)).toBe('');
  });

  it('reads a body in the identity encoding as it is', async () => {
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': 'identity' });
    served.end('text');

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values)).toBe('text');
  });

  it.each(['gzip', 'deflate', 'br'])('fails for bytes that are declared as %s and are not', async (encoding) => {
    const server = await start();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': encoding });
    served.end('\u{7f}this was never compressed');

    const error = await seen.ended;
    expect(isLlmError(error) && ['connection', 'protocol'].includes(error.kind)).toBe(true);
    expect(seen.values).toHaveLength(1);
  });
}
