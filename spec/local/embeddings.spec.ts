import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { post, useLocalServer, type Fields } from './local-server.js';

describe('embeddings', () => {
  const url = useLocalServer();
  const send = (fields: Fields): Promise<Response> =>
    post(`${url()}/embeddings`, { model: 'text-embedding-3-small', ...fields });
  const embed = async (input: unknown, fields: Fields = {}): Promise<number[][]> => {
    const { data } = (await (await send({ input, ...fields })).json()) as { data: { embedding: number[] }[] };
    return data.map(({ embedding }) => embedding);
  };
  const dot = (one: readonly number[], other: readonly number[]): number =>
    one.reduce((sum, value, index) => sum + value * other[index]!, 0);

  it('have the shape of real ones, and say what made them', async () => {
    const answer = await (await send({ input: ['Hello, world', 'Bye'] })).json();
    const embedding = expect.any(Array) as unknown;

    expect(answer).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding },
        { object: 'embedding', index: 1, embedding },
      ],
      model: 'word-hashes',
      usage: { prompt_tokens: 4, total_tokens: 4 },
    });
    expect(await (await fetch(`${url()}/models/word-hashes`)).json()).toMatchObject({
      id: 'word-hashes',
      object: 'model',
      description: 'Embeddings made from word hashes, for trying things without a model.',
    });
  });

  it('are the same for the same text, and of length 1', async () => {
    const [[one], [other]] = await Promise.all([
      embed('What is a cold Observable?'),
      embed('What is a cold Observable?'),
    ]);

    expect(one).toEqual(other);
    expect(one).toHaveLength(1024);
    expect(dot(one!, one!)).toBeCloseTo(1, 5);
  });

  it.each(['…', ' ', '日本の首都', 'a'.repeat(10_000), '😀'])('are of length 1 for the text %j', async (text) => {
    const [vector] = await embed(text);

    expect(dot(vector!, vector!)).toBeCloseTo(1, 5);
  });

  it('are alike for texts that share words or forms of words', async () => {
    const [question, near, forms, far] = await embed([
      'How do I retry when the rate limit is reached?',
      'Retry on rate limits: retryOnRateLimit waits as long as the server says.',
      'RETRYING, RATES, LIMITED',
      'The Angular chat page renders Markdown.',
    ]);

    expect(dot(question!, near!)).toBeGreaterThan(0.3);
    expect(dot(question!, forms!)).toBeGreaterThan(0.1);
    expect(dot(question!, far!)).toBeLessThan(0.1);
  });

  it.each([
    ['How do I retry on rate limits?', 'Retry on rate limits'],
    ['Does it work with Angular?', 'Use it in Angular'],
    ['Which proxy settings are there?', 'Go through a proxy'],
    ['How do I use it on the command line?', 'On the command line'],
  ])('rank the section that answers it among the best of the README for "%s"', async (question, expected) => {
    const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
    const sections = readme.split(/^(?=## )/mu).slice(1);
    const [asked, ...vectors] = await embed([question, ...sections]);
    const best = vectors
      .map((vector, index) => ({ likeness: dot(asked!, vector), title: sections[index]!.split('\n', 1)[0] }))
      .sort((one, other) => other.likeness - one.likeness)
      .slice(0, 3);

    expect(best.map(({ title }) => title)).toContain(`## ${expected}`);
  });

  it('have the length that is asked for', async () => {
    const [vector] = await embed('Hello, world', { dimensions: 3 });

    expect(vector).toHaveLength(3);
    expect(dot(vector!, vector!)).toBeCloseTo(1, 5);
  });

  it('are sent in base64 as little-endian floats', async () => {
    const [floats] = await embed('Hello', { encoding_format: 'float' });
    const { data } = (await (await send({ input: 'Hello', encoding_format: 'base64' })).json()) as {
      data: [{ embedding: string }];
    };
    const bytes = Buffer.from(data[0].embedding, 'base64');

    expect(Array.from({ length: 1024 }, (_, index) => bytes.readFloatLE(index * 4))).toEqual(floats);
    expect(bytes).toHaveLength(4096);
  });

  it('take a list of token ids as one input, and a list of such lists', async () => {
    const [[one], lists] = await Promise.all([embed([5, 6, 7]), embed([[5, 6, 7], [8]])]);
    const answer = await (await send({ input: [5, 6, 7] })).json();

    expect(lists).toHaveLength(2);
    expect(lists[0]).toEqual(one);
    expect(answer).toMatchObject({ usage: { prompt_tokens: 3, total_tokens: 3 } });
  });

  const missing = 'missing_required_parameter';
  const invalid = 'invalid_value';

  it.each<[string, Fields, string, string, string]>([
    ['a missing model', { model: undefined, input: 'a' }, "'model' is missing", 'model', missing],
    ['a missing input', {}, "'input' is missing: it must be a text", 'input', missing],
    ['an empty text', { input: '' }, 'none of them empty', 'input', invalid],
    ['an empty list', { input: [] }, 'none of them empty', 'input', invalid],
    ['a list with an empty text', { input: ['a', ''] }, 'none of them empty', 'input', invalid],
    ['texts and tokens in one list', { input: ['a', 1] }, "'input' must be a text", 'input', invalid],
    ['a negative token', { input: [-1] }, "'input' must be a text", 'input', invalid],
    ['too many texts', { input: Array.from({ length: 2049 }, () => 'a') }, 'up to 2048', 'input', invalid],
    ['0 dimensions', { input: 'a', dimensions: 0 }, 'from 1 to 4096', 'dimensions', invalid],
    ['half a dimension', { input: 'a', dimensions: 0.5 }, 'a whole number', 'dimensions', invalid],
    ['an unknown format', { input: 'a', encoding_format: 'hex' }, 'float or base64', 'encoding_format', invalid],
  ])('are refused for %s, and the error names the field', async (_, fields, message, param, code) => {
    const response = await send(fields);

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: { message: expect.stringContaining(message) as string, type: 'invalid_request_error', param, code },
    });
  });
});
