/*
 * Compares what it costs to read a stream. By default, the same answer of 20,000 chunks is read by a hand-written loop,
 * by rxllm and by the `openai` package, each from the same stubbed fetch. The rounds are interleaved because machines
 * are noisy; compare the ratios. With --against, this build of rxllm is compared with another one.
 *
 *   npm run bench -- [--rounds NUMBER] [--against PATH/TO/OTHER/dist/esm/index.js]
 */
import OpenAI from 'openai';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as rxjs from 'rxjs';
import * as rxllm from 'rxllm';
import { compareBuilds } from './compare-builds.js';
import { createFetch, createReaders, request, summarize } from './workload.js';

const { values } = parseArgs({ options: { against: { type: 'string' }, rounds: { type: 'string' } } });
const rounds = Number(values.rounds ?? (values.against === undefined ? 15 : 9));
if (!(rounds >= 1) || (values.against !== undefined && !existsSync(values.against))) {
  console.error('usage: npm run bench -- [--rounds NUMBER] [--against PATH/TO/OTHER/dist/esm/index.js]');
  process.exit(2);
}

if (values.against === undefined) {
  await compareLibraries();
} else {
  await compareBuilds(resolve(import.meta.dirname, '../../dist/esm/index.js'), resolve(values.against), rounds);
}

async function compareLibraries(): Promise<void> {
  const chunks = 20_000;
  const warmUpRounds = 2;
  const fetch = createFetch(chunks);
  const openai = new OpenAI({ baseURL: 'http://bench/v1', apiKey: 'none', fetch });
  const { text, message, snapshots } = createReaders(rxllm, rxjs, fetch);
  const contenders: Readonly<Record<string, () => Promise<number>>> = {
    'by hand, text': () => readByHand(fetch),
    'rxllm, text': text,
    'rxllm, message': message,
    'rxllm, snapshots': snapshots,
    'openai, text': () => readWithOpenai(openai),
    'openai, .stream()': async () => ((await openai.chat.completions.stream(request).finalContent()) ?? '').length,
  };

  const times = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]));
  const lengths = new Set<number>();
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(contenders)) {
      const started = performance.now();
      lengths.add(await run());
      if (round >= 0) {
        times.get(name)?.push(((performance.now() - started) * 1e3) / chunks);
      }
    }
  }
  if (lengths.size !== 1) {
    throw new Error('The contenders read different texts');
  }

  const baseline = summarize(times.get('by hand, text') ?? []).median;
  for (const [name, microseconds] of times) {
    const { median, spread } = summarize(microseconds);
    const ratio = (median / baseline).toFixed(2).padStart(5);
    console.log(`${name.padEnd(18)} ${median.toFixed(2).padStart(6)} µs per chunk  ${spread.padEnd(9)}  ${ratio} ×`);
  }
}

/** Reads a well-behaved stream with as little code as possible: no checks, no errors, no cancelling. */
async function readByHand(fetch: () => Promise<Response>): Promise<number> {
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

async function readWithOpenai(openai: OpenAI): Promise<number> {
  let text = '';
  for await (const chunk of await openai.chat.completions.create({ ...request, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? '';
  }
  return text.length;
}
