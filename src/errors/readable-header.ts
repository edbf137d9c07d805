const readable = new Set([
  'content-type',
  'date',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-request-id',
  'request-id',
  'apim-request-id',
  'openai-processing-ms',
  'openai-version',
  'x-ms-region',
  'cf-ray',
  'server',
]);

/**
 * Whether a response header helps to understand an answer and may be shown. Cookies, organisation ids and what we do not
 * know stay out.
 *
 * @param name In lower case, as `Headers` gives it.
 */
export function isReadableHeader(name: string): boolean {
  return readable.has(name) || name.startsWith('x-ratelimit-') || name.startsWith('anthropic-ratelimit-');
}
