import { randomBytes } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';
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

/** How compressed answers are read. */
export function describeEncodings(createTransport: () => Transport): void {
  it.each(encodings)('decodes %s sent as %s while it arrives', async (compression, encoding) => {
    const [first, second, last] = await compress(compression, ['first', 'second']);
    const server = await startServer();
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

  it('decodes a body that was compressed twice, however it breaks off', async () => {
    const twice = brotliCompressSync(gzipSync('text'));
    const server = await startServer();
    const transport = createTransport();
    const [whole, cut] = ['/whole', '/cut'].map((path) => observe(transport(transportRequest(server.url + path))));

    for (const served of [await server.next(), await server.next()]) {
      served.head(200, { 'content-encoding': 'gzip, br' });
      served.write(twice);
      if (served.path === '/whole') {
        served.end();
      }
    }
    await cut!.reached(2);
    cut!.unsubscribe();

    expect(await whole!.ended).toBeUndefined();
    expect([bodyOf(whole!.values), bodyOf(cut!.values)]).toEqual(['text', 'text']);
  });

  it.each(['rot13', 'gzip, rot13', 'compress'])(
    'raises ProtocolError for a body in %s, and closes',
    async (encoding) => {
      const server = await startServer();
      const seen = observe(createTransport()(transportRequest(server.url)));
      const served = await server.next();
      served.head(200, { 'content-encoding': encoding });
      served.write('bytes');

      expect(await seen.ended).toBeInstanceOf(ProtocolError);
      expect(await served.over).toBe('cut');
      expect(seen.values).toHaveLength(1);
    },
  );

  it('decodes bytes that come one at a time', async () => {
    const compressed = Buffer.concat(await compress('gzip', ['first', 'second']));
    const server = await startServer();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': 'gzip' });
    compressed.forEach((_byte, index) => served.write(compressed.subarray(index, index + 1)));
    served.end();

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values)).toBe('firstsecond');
  });

  it('decodes far more than it received', async () => {
    const text = 'long '.repeat(1_000_000);
    const server = await startServer();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': 'gzip' });
    served.end(gzipSync(text));

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values) === text).toBe(true);
  });

  it('decodes a body that hardly compresses, at the pace of decoding', async () => {
    const text = randomBytes(1_000_000).toString('base64');
    const server = await startServer();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': 'gzip' });
    served.end(gzipSync(text));

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values) === text).toBe(true);
  });

  it('decodes a body of which 18 MB arrive before they can be decoded', async () => {
    const text = randomBytes(18_000_000).toString('base64');
    const server = await startServer();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': 'gzip' });
    served.end(gzipSync(text, { level: 1 }));

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values) === text).toBe(true);
  });

  it('closes the exchange when it is unsubscribed in the middle of a compressed body', async () => {
    const [first] = await compress('gzip', ['first', 'second']);
    const server = await startServer();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();
    served.head(200, { 'content-encoding': 'gzip' });
    served.write(first!);
    await seen.reached(2);

    seen.unsubscribe();

    expect(await served.over).toBe('cut');
  });

  it.each(['gzip', 'deflate', 'br'])('takes an empty body for empty, though it is said to be %s', async (encoding) => {
    const server = await startServer();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': encoding });
    served.end();

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values)).toBe('');
  });

  it('reads a body that is said to be identical as it is', async () => {
    const server = await startServer();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': 'identity' });
    served.end('text');

    expect(await seen.ended).toBeUndefined();
    expect(bodyOf(seen.values)).toBe('text');
  });

  it.each(['gzip', 'deflate', 'br'])('fails for bytes that are not %s', async (encoding) => {
    const server = await startServer();
    const seen = observe(createTransport()(transportRequest(server.url)));
    const served = await server.next();

    served.head(200, { 'content-encoding': encoding });
    served.end('\u{7f}this was never compressed');

    const error = await seen.ended;
    expect(isLlmError(error) && ['connection', 'protocol'].includes(error.kind)).toBe(true);
    expect(seen.values).toHaveLength(1);
  });
}
