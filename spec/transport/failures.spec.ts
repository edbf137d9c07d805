import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { Agent } from 'undici';
import { createClient, fetchTransport, retryTransient, type Transport } from '../../src/index.node.js';
import { undiciTransport } from '../../src/node/index.js';
import { chatRequest } from '../support/answers.js';
import { createCertificate } from '../support/certificate.js';
import { closeServers, startServer } from '../support/loopback.js';
import { failureOf } from '../support/observe.js';
import { expectQuietProcess } from '../support/quiet-process.js';
import { transports } from '../support/transports.js';
import { transportRequest } from '../support/transport-events.js';

const url = 'http://server.test/v1/chat';

const howToTrust = ': see NODE_EXTRA_CA_CERTS';

/** An error as Node's fetch raises it. */
function fetchFailed(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('for a reason'), { code }) });
}

function failing(error: Error): Transport {
  return fetchTransport({ fetch: () => Promise.reject(error) });
}

describe('a failure that no second request heals', () => {
  expectQuietProcess();
  afterEach(closeServers);

  it.each([
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'CERT_REVOKED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'INVALID_CA',
    'HOSTNAME_MISMATCH',
    'EPROTO',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_SSL_UNSUPPORTED_PROTOCOL',
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    'ERR_INVALID_URL',
    'ERR_INVALID_ARG_TYPE',
    'UND_ERR_INVALID_ARG',
    'UND_MOCK_ERR_MOCK_NOT_MATCHED',
  ])('is a ConnectionError that is not retryable: %s', async (code) => {
    expect(await failureOf(failing(fetchFailed(code))(transportRequest(url)))).toMatchObject({
      name: 'ConnectionError',
      kind: 'connection',
      retryable: false,
      message: `No answer from http://server.test (${code})`,
    });
  });

  it.each([
    'CERT_UNTRUSTED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('says how to trust a certificate: %s', async (code) => {
    expect(await failureOf(failing(fetchFailed(code))(transportRequest(url)))).toMatchObject({
      name: 'ConnectionError',
      retryable: false,
      message: `No answer from http://server.test (${code})${howToTrust}`,
    });
  });

  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    // A name may be registered, or its server reachable, a moment later.
    'ENOTFOUND',
    'EAI_AGAIN',
    'UND_ERR_SOCKET',
    'UND_ERR_CONNECT_TIMEOUT',
    'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    'ERR_SSL_PROTOCOL_IS_SHUTDOWN',
  ])('is not one with %s, which is retryable', async (code) => {
    expect(await failureOf(failing(fetchFailed(code))(transportRequest(url)))).toMatchObject({
      name: 'ConnectionError',
      retryable: true,
    });
  });

  it('is not one after the answer began', async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(fetchFailed('EPROTO')) });
    const transport = fetchTransport({ fetch: () => Promise.resolve(new Response(body)) });

    expect(await failureOf(transport(transportRequest(url)))).toMatchObject({
      name: 'ConnectionError',
      retryable: true,
    });
  });

  it.each(Object.entries(transports))('is an untrusted certificate, asked for once over %s', async (_name, create) => {
    const server = await startServer({ tls: await createCertificate() });

    expect(await failureWithRetries(create(), server.url)).toMatchObject({
      name: 'ConnectionError',
      retryable: false,
      message: `No answer from ${server.url} (DEPTH_ZERO_SELF_SIGNED_CERT)${howToTrust}`,
    });
    expect(server.requests).toBe(0);
  });

  it.each(Object.entries(transports))('is https for a server of http over %s', async (_name, create) => {
    const server = await startServer();

    expect(await failureWithRetries(create(), server.url.replace('http:', 'https:'))).toMatchObject({
      name: 'ConnectionError',
      retryable: false,
    });
    expect(server.connections).toBe(1);
  });

  it.each(Object.entries(transports))('is a server that speaks no HTTP over %s', async (_name, create) => {
    const server = createServer({ ...(await createCertificate()), ALPNProtocols: ['xmpp-client'] });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    let handshakes = 0;
    server.on('tlsClientError', () => (handshakes += 1));

    expect(await failureWithRetries(create(), `https://127.0.0.1:${port}`)).toMatchObject({
      name: 'ConnectionError',
      retryable: false,
      message: expect.stringContaining('NO_APPLICATION_PROTOCOL') as unknown,
    });
    expect(handshakes).toBe(1);
    server.close();
  });

  it.each(Object.entries(transports))('is an unknown scheme over %s', async (_name, create) => {
    expect(await failureOf(create()(transportRequest('ftp://server.test/v1')))).toMatchObject({
      name: 'ConnectionError',
      retryable: false,
    });
  });

  it('is a dispatcher of another version of undici, which throws', async () => {
    const dispatcher = Object.assign(new Agent(), {
      dispatch: () => {
        throw Object.assign(new Error('invalid onError method'), { code: 'UND_ERR_INVALID_ARG' });
      },
    });

    expect(await failureOf(undiciTransport({ dispatcher })(transportRequest(url)))).toMatchObject({
      name: 'ConnectionError',
      retryable: false,
      message: 'No answer from http://server.test (UND_ERR_INVALID_ARG)',
    });
  });
});

describe('the error of an answer that is not valid HTTP', () => {
  expectQuietProcess();
  afterEach(closeServers);

  it.each(Object.entries(transports))('says why, and does not quote the answer, over %s', async (_name, create) => {
    const server = await startServer({ answer: (served) => served.writeRaw('SSH-2.0-server-of-mine\r\n\r\n') });

    const error = (await failureOf(create()(transportRequest(server.url)))) as Error;

    expect(error).toMatchObject({ name: 'ProtocolError', kind: 'protocol', retryable: false });
    expect(error.message).toContain(`The answer from ${server.url} is not valid HTTP`);
    expect(error).toHaveProperty('cause');
    expect(JSON.stringify(Object.getOwnPropertyDescriptors(causeOf(error)))).toContain('does not match the HTTP');
    expect(JSON.stringify(Object.getOwnPropertyDescriptors(causeOf(error)))).not.toContain('of-mine');
  });

  it.each(['HPE_INVALID_HEADER_TOKEN', 'HPE_HEADER_OVERFLOW'])(
    'is that of a custom fetch over node:http, too: %s',
    async (code) => {
      expect(await failureOf(failing(fetchFailed(code))(transportRequest(url)))).toMatchObject({
        name: 'ProtocolError',
        message: `The answer from http://server.test is not valid HTTP, or its headers are too long (${code})`,
      });
    },
  );
});

/** The innermost cause of an error. */
function causeOf(error: Error): Error {
  return error.cause === undefined ? error : causeOf(error.cause as Error);
}

/** Fails as an app does that retries. */
function failureWithRetries(transport: Transport, baseURL: string): Promise<unknown> {
  return failureOf(
    createClient({ baseURL, transport })
      .chat(chatRequest)
      .pipe(retryTransient({ initialDelay: 1 })),
  );
}
