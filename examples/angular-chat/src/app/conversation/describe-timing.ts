import type { StreamTiming } from 'rxllm';

/**
 * Describes the speed of a reply, such as "first words after 0.40 s · 38 tokens/s · 120 tokens". Unknown figures are left
 * out. For a stopped reply the server sends no token counts, so the chunks are counted instead.
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
