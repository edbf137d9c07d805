/** Why an answer is not whole: a limit of tokens, a filter of the server's, or a failure on its side. */
export type Cut = 'length' | 'filter' | 'failure';

const cuts: ReadonlyMap<string, Cut> = new Map([
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['content_filter', 'filter'],
  ['sensitive', 'filter'],
  // Google's words.
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

/** How a finish reason says that the answer was cut; `undefined` where it says that the answer is whole. */
export function cutBy(finishReason: string): Cut | undefined {
  return cuts.get(finishReason.toLowerCase());
}

/** Whether a finish reason means that the answer was cut or filtered, so that what it holds may be incomplete. */
export function isCutShort(finishReason: string): boolean {
  return cutBy(finishReason) !== undefined;
}
