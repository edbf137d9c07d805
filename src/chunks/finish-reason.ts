/** Why an answer is incomplete: a token limit, the server's content filter, or a failure of the server. */
export type Cut = 'length' | 'filter' | 'failure';

const cuts: ReadonlyMap<string, Cut> = new Map([
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['content_filter', 'filter'],
  ['sensitive', 'filter'],
  // Google
  ['safety', 'filter'],
  ['recitation', 'filter'],
  ['blocklist', 'filter'],
  ['prohibited_content', 'filter'],
  ['spii', 'filter'],
  ['error', 'failure'],
  ['abort', 'failure'],
  ['network_error', 'failure'],
  ['insufficient_system_resource', 'failure'],
]);

/** Returns why the answer was cut off, or `undefined` if its finish reason means that it is complete. */
export function cutBy(finishReason: string): Cut | undefined {
  return cuts.get(finishReason.toLowerCase());
}

/** Whether a finish reason means that the answer was cut off or filtered. */
export function isCutShort(finishReason: string): boolean {
  return cutBy(finishReason) !== undefined;
}
