import { finalize, firstValueFrom, from, noop } from 'rxjs';
import { throwIfAborted } from '../../operators/throw-if-aborted.js';
import { isObject } from '../../util/is-object.js';
import { joinBytes } from '../../util/join-bytes.js';
import { parseJson } from '../../util/parse-json.js';
import { Refusal } from './refusal.js';

const maxDepth = 128;

/**
 * Reads the body of a request, which must be an object in JSON. A page of another site cannot send one unasked, since browsers
 * ask before they send this content type.
 *
 * @throws {Refusal} 415, 413 or 400.
 * @throws TypeError if the body has been read.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Record<string, unknown>> {
  const { headers } = request;
  if (request.bodyUsed) {
    throw new TypeError('The body has been read before the relay: let authorize and middleware read request.clone()');
  }
  const [essence = ''] = (headers.get('content-type') ?? '').split(';', 1);
  if (essence.trim().toLowerCase() !== 'application/json') {
    throw new Refusal(415, 'The content type must be application/json', { code: 'unsupported_media_type' });
  }
  if (headers.has('content-encoding')) {
    throw new Refusal(415, 'The body must have no content-encoding', { code: 'unsupported_media_type' });
  }
  if (Number(headers.get('content-length') ?? 0) > maxBytes) {
    throw tooLarge(maxBytes);
  }
  const body = toValue(await readBytes(request, maxBytes));
  if (!isObject(body)) {
    throw new Refusal(400, `The body must be an object in JSON, of at most ${maxDepth} levels`, {
      code: 'invalid_json',
    });
  }
  return body;
}

function toValue(bytes: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes), maxDepth);
  } catch {
    return undefined;
  }
}

async function readBytes({ body, signal }: Request, maxBytes: number): Promise<Uint8Array> {
  if (body === null) {
    return new Uint8Array();
  }
  const reader = body.getReader();
  const leave = (): void => void reader.cancel().catch(noop);
  return firstValueFrom(from(collect(reader, maxBytes)).pipe(throwIfAborted(signal), finalize(leave)));
}

/** Counts the bytes that come, since a `content-length` may be missing or wrong. */
async function collect(reader: ReadableStreamDefaultReader<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Refusal(400, 'The body was cut off');
    });
    if (done) {
      return joinBytes(pieces);
    }
    size += value.length;
    if (size > maxBytes) {
      throw tooLarge(maxBytes);
    }
    pieces.push(value);
  }
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal(413, `The body must have at most ${maxBytes} bytes`, { code: 'request_too_large' });
}
