import type { StreamTiming, Usage } from '../index.node.js';

/** How an answer came, in one line: the time to its first token, its speed, the tokens used, and the time it took. */
export function formatStats(timing: StreamTiming, usage: Usage | undefined): string {
  const { timeToFirstText, timeToFirstChunk, tokensPerSecond, chunksPerSecond, duration } = timing;
  return [
    `first token after ${formatTime(timeToFirstText ?? timeToFirstChunk ?? duration)}`,
    tokensPerSecond === undefined ? `${chunksPerSecond.toFixed(1)} chunks/s` : `${tokensPerSecond.toFixed(1)} tokens/s`,
    usage === undefined ? 'the server counted no tokens' : `${usage.inputTokens} tokens in, ${usage.outputTokens} out`,
    `${formatTime(duration)} in all`,
  ].join(' · ');
}

function formatTime(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}
