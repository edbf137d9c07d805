import type { StreamTiming } from 'rxllm';

/** How fast a reply came, such as "first words after 0.4 s · 38 tokens/s · 120 tokens". What is not known is left out. */
export function describeTiming({
  timeToFirstText,
  tokensPerSecond,
  chunksPerSecond,
  outputTokens,
}: StreamTiming): string {
  const pace =
    tokensPerSecond === undefined ? `${chunksPerSecond.toFixed(0)} chunks/s` : `${tokensPerSecond.toFixed(0)} tokens/s`;
  return [
    timeToFirstText !== undefined && `first words after ${(timeToFirstText / 1000).toFixed(2)} s`,
    (tokensPerSecond ?? chunksPerSecond) > 0 && pace,
    outputTokens !== undefined && `${outputTokens} tokens`,
  ]
    .filter((part) => part !== false)
    .join(' · ');
}
