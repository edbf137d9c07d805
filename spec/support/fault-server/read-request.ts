import type { FaultRequest } from './exchange.js';

const blankLine = '\r\n\r\n';

/** The request that these bytes hold; `undefined` while some of it is still to come. */
export function readRequest(bytes: Buffer): FaultRequest | undefined {
  const end = bytes.indexOf(blankLine);
  if (end === -1) {
    return undefined;
  }
  const [start = '', ...lines] = bytes.subarray(0, end).toString().split('\r\n');
  const [method = '', path = ''] = start.split(' ');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name.toLowerCase(), value.join(':').trim()];
    }),
  );
  const body = bytes.subarray(end + blankLine.length);
  const isWhole = body.length >= Number(headers['content-length'] ?? 0);
  return isWhole
    ? { scenario: path.replace(/\/chat\/completions$/u, ''), method, headers, body: body.toString() }
    : undefined;
}
