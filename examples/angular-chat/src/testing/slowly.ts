import { concatMap, delay, from, type Observable, of } from 'rxjs';
import type { ChatCompletionChunk } from 'rxllm';
import { chunksOf } from 'rxllm/testing';

/** An answer that sends one chunk every 100 ms. */
export function slowly(text: string): Observable<ChatCompletionChunk> {
  return paced(chunksOf(text, { usage: { prompt_tokens: 1, completion_tokens: 11, total_tokens: 12 } }));
}

/** Sends one chunk every 100 ms. */
export function paced(chunks: readonly ChatCompletionChunk[]): Observable<ChatCompletionChunk> {
  return from(chunks).pipe(concatMap((chunk) => of(chunk).pipe(delay(100))));
}
