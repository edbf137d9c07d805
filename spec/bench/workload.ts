import type * as Rxjs from 'rxjs';
import type * as Rxllm from 'rxllm';

/** The part of `fetch` that clients use. */
export type Fetch = () => Promise<Response>;

/** A minimal request. */
export const request = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Hello' }] };

const pieceBytes = 16 * 1024;

/** Creates a `fetch` that streams the same answer every time, with a word in each chunk. */
export function createFetch(chunks: number): Fetch {
  const body = Buffer.from(
    Array.from({ length: chunks }, (_, place) => {
      const chunk = {
        id: 'chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012',
        object: 'chat.completion.chunk',
        created: 1_700_000_000,
        model: 'gpt-4o-mini-2024-07-18',
        service_tier: 'default',
        system_fingerprint: 'fp_0123456789',
        choices: [
          {
            index: 0,
            delta: { ...(place === 0 ? { role: 'assistant' } : {}), content: ` word${String(place)}` },
            logprobs: null,
            finish_reason: null,
          },
        ],
        usage: null,
        obfuscation: 'aBcDeFgHiJkLm',
      };
      return `data: ${JSON.stringify(chunk)}\n\n`;
    }).join('') + 'data: {"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
  );
  return () => {
    let offset = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (offset >= body.length) {
          controller.close();
        } else {
          controller.enqueue(body.subarray(offset, (offset += pieceBytes)));
        }
      },
    });
    return Promise.resolve(new Response(stream, { headers: { 'content-type': 'text/event-stream' } }));
  };
}

/** Creates the ways in which rxllm reads an answer; each resolves with the length of its text. */
export function createReaders(
  { accumulateMessage, createClient, fetchTransport, textDeltas, toMessage, toText }: typeof Rxllm,
  { last, lastValueFrom }: Pick<typeof Rxjs, 'last' | 'lastValueFrom'>,
  fetch: Fetch,
): Readonly<Record<'text' | 'message' | 'snapshots', () => Promise<number>>> {
  const client = createClient({ baseURL: 'http://bench/v1', transport: fetchTransport({ fetch }) });
  return {
    text: async () => (await lastValueFrom(client.chat(request).pipe(textDeltas(), toText()))).length,
    message: async () => (await lastValueFrom(client.chat(request).pipe(toMessage()))).content.length,
    snapshots: async () => (await lastValueFrom(client.chat(request).pipe(accumulateMessage(), last()))).content.length,
  };
}

/** The median of measured values, and their interquartile range in percent of it. */
export interface Summary {
  readonly median: number;
  readonly spread: string;
}

/** Summarizes measured values. */
export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
  const median = quantile(0.5);
  const percent = (value: number): string =>
    `${value < median ? '−' : '+'}${Math.abs(Math.round((value / median - 1) * 100))}`;
  return { median, spread: `${percent(quantile(0.25))}/${percent(quantile(0.75))} %` };
}
