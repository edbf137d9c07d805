const cutShort: ReadonlySet<string> = new Set([
  'length',
  'max_tokens',
  'model_length',
  'content_filter',
  'sensitive',
  'error',
  'abort',
  'network_error',
  'insufficient_system_resource',
]);

/** Whether a finish reason means that the answer was cut or filtered, so that what it holds may be incomplete. */
export function isCutShort(finishReason: string): boolean {
  return cutShort.has(finishReason.toLowerCase());
}
