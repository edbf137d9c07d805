/*
 * What a chunk costs: the same answer of 20,000 chunks read by a hand-written loop, by rxllm and by the `openai` package,
 * each from the same stubbed fetch. The rounds are interleaved, because machines are noisy; what counts are the ratios.
 *
 *   npm run bench
 */
import OpenAI from 'openai';
import { lastValueFrom, last } from 'rxjs';
import { accumulateMessage, createClient, fetchTransport, textDeltas, toMessage, toText } from 'rxllm';

const chunks = 20_000;
const rounds = 15;
const pieceBytes = 16 * 1024;

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

const fetch = (): Promise<Response> => {
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

const request = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Hello' }] };
const client = createClient({ baseURL: 'http://bench/v1', transport: fetchTransport({ fetch }) });
const openai = new OpenAI({ baseURL: 'http://bench/v1', apiKey: 'none', fetch });

/** The least that reads a well-behaved stream: no checks, no errors, no cancelling. */
async function byHand(): Promise<number> {
  const reader = (await fetch()).body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let rest = '';
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    const lines = (rest + decoder.decode(read.value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('data: {')) {
        const chunk = JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] };
        text += chunk.choices[0]?.delta.content ?? '';
      }
    }
  }
  return text.length;
}

async function byOpenai(): Promise<number> {
  let text = '';
  for await (const chunk of await openai.chat.completions.create({ ...request, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? '';
  }
  return text.length;
}

const contenders: Readonly<Record<string, () => Promise<number>>> = {
  'by hand, text': byHand,
  'rxllm, text': async () => (await lastValueFrom(client.chat(request).pipe(textDeltas(), toText()))).length,
  'rxllm, message': async () => (await lastValueFrom(client.chat(request).pipe(toMessage()))).content.length,
  'rxllm, snapshots': async () =>
    (await lastValueFrom(client.chat(request).pipe(accumulateMessage(), last()))).content.length,
  'openai, text': byOpenai,
  'openai, .stream()': async () => ((await openai.chat.completions.stream(request).finalContent()) ?? '').length,
};

const times = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]));
const lengths = new Set<number>();
for (let round = -2; round < rounds; round += 1) {
  for (const [name, run] of Object.entries(contenders)) {
    const started = performance.now();
    lengths.add(await run());
    if (round >= 0) {
      times.get(name)?.push(performance.now() - started);
    }
  }
}
if (lengths.size !== 1) {
  throw new Error('The contenders read different texts');
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
const floor = median(times.get('by hand, text') ?? []);
for (const [name, values] of times) {
  const microseconds = ((median(values) * 1e3) / chunks).toFixed(2);
  console.log(
    `${name.padEnd(18)} ${microseconds.padStart(6)} µs a chunk  ${(median(values) / floor).toFixed(2).padStart(5)} ×`,
  );
}
