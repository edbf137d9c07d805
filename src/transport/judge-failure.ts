import { dataIn, isReference } from './data-in.js';
import type { TransportRequest } from './transport.js';

/** Why an exchange failed. */
interface Judgement {
  /** The system's code, such as ECONNREFUSED, of the error or the nearest of its causes. */
  readonly code: string | undefined;
  /** `malformed`: an HTTP parser refused the answer. `final`: a new request would fail in the same way. */
  readonly verdict: 'malformed' | 'final' | 'transient';
}

/**
 * Judges an exchange by the error that it failed with, and by the causes of that error. A name that cannot be resolved is
 * transient: it may be registered or reachable a moment later, such as that of a container that starts.
 *
 * @param answered Whether response headers had arrived.
 */
export function judgeFailure(error: unknown, { url }: Pick<TransportRequest, 'url'>, answered: boolean): Judgement {
  const errors = withCauses(error);
  const codes = errors.map((each) => dataIn(each, 'code')).filter((code) => typeof code === 'string');
  const isMalformed =
    errors.some(isParserError) ||
    codes.some((code) => parserCodes.test(code) || (code === lengthMismatch && !answered));
  const isFinal =
    !answered && (!/^https?:/iu.test(url) || codes.some((code) => finalCodes.some((form) => form.test(code))));
  return { code: codes[0], verdict: isMalformed ? 'malformed' : isFinal ? 'final' : 'transient' };
}

/** Of Node and undici. An early end of the connection is no fault of the answer. */
const parserCodes = /^(?:HPE_(?!INVALID_EOF_STATE$)\w+|UND_ERR_HEADERS_OVERFLOW)$/u;

/** undici gives it to a `content-length` beside `transfer-encoding: chunked`, and to a body that was cut short. */
const lengthMismatch = 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';

/**
 * The certificate, with the codes of OpenSSL's verification; the protocol, as with https for a server of http; an address or
 * argument that is invalid, such as undici's for a dispatcher of another version; a request that a mock does not know.
 */
const finalCodes: readonly RegExp[] = [
  /(?:^|_)CERT(?:_|$)|^UNABLE_TO_|^INVALID_(?:CA|PURPOSE)$|^HOSTNAME_MISMATCH$/u,
  /^EPROTO$|^ERR_SSL_\w*(?:WRONG_VERSION|UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|APPLICATION_PROTOCOL|HANDSHAKE_FAILURE|CERTIFICATE|UNKNOWN_CA)/u,
  /^ERR_INVALID_(?:URL|PROTOCOL|ARG|IP_ADDRESS|HTTP_TOKEN|CHAR)|^UND_(?:ERR_INVALID_ARG$|MOCK_)/u,
];

/** undici's error, which often has no code. */
function isParserError(error: object): boolean {
  const message = dataIn(error, 'message');
  return dataIn(error, 'name') === 'HTTPParserError' && typeof message === 'string' && !/invalid eof/iu.test(message);
}

const maxCauses = 5;

function withCauses(error: unknown): readonly object[] {
  const errors: object[] = [];
  for (let next = error; isReference(next) && errors.length <= maxCauses; next = dataIn(next, 'cause')) {
    errors.push(next);
  }
  return errors;
}
