/*
 * How do I find the texts that are most like a question?
 *
 * `embeddings` emits one value: the vectors of all inputs, in their order. This example ranks the sections of the README.
 * The local server makes its vectors from word hashes, so texts must share words; those of a model share meaning.
 */
import { readFile } from 'node:fs/promises';
import { lastValueFrom } from 'rxjs';
import { createClient } from 'rxllm';
import { startLocalServer } from 'rxllm/local';

const question = 'How do I test code without a network?';
const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const sections = readme.split(/^(?=## )/mu).slice(1);
const dot = (one: Float32Array, other: Float32Array): number =>
  one.reduce((sum, number, place) => sum + number * (other[place] ?? 0), 0);

const server = await startLocalServer();
const client = createClient({ baseURL: server.url });
const asked = client.embeddings({ model: 'word-hashes', input: [question, ...sections] });
const { embeddings, usage } = await lastValueFrom(asked);
const [wanted = new Float32Array(), ...vectors] = embeddings;

console.log(`${question}\n${sections.length} sections, ${usage?.inputTokens} tokens\n`);
vectors
  .map((vector, place) => ({ likeness: dot(wanted, vector), section: sections[place] ?? '' }))
  .sort((one, other) => other.likeness - one.likeness)
  .slice(0, 3)
  .forEach(({ likeness, section }) => console.log(`${likeness.toFixed(3)}  ${section.split('\n')[0]}`));
await server.close();
