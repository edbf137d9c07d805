import type { StreamTiming } from 'rxllm';

/**
 * How fast a reply came, such as "first words after 0.40 s · 38 tokens/s · 120 tokens". What is not known is left out; of a
 * reply that was stopped the server sends no token count, so its chunks are counted.
 */
export function describeTiming({
  timeToFirstText,
  tokensPerSecond,
  chunksPerSecond,
  outputTokens,
}: StreamTiming): string {
  return [
    timeToFirstText !== undefined && `first words after ${(timeToFirstText / 1000).toFixed(2)} s`,
    tokensPerSecond !== undefined && `${tokensPerSecond.toFixed(0)} tokens/s`,
    outputTokens === undefined && chunksPerSecond > 0 && `${chunksPerSecond.toFixed(0)} chunks/s`,
    outputTokens !== undefined && `${outputTokens} tokens`,
  ]
    .filter((part) => part !== false)
    .join(' · ');
}
