import { of } from 'rxjs';
import type { LocalDelta, LocalModelRequest } from '../../src/local/index.js';
import { type Fields, post, readEvents, useLocalServer } from './local-server.js';

const seen: LocalModelRequest[] = [];
const url = useLocalServer({
  models: {
    recorder: (request) => {
      seen.push(request);
      return of('Hi');
    },
    odd: () => of(JSON.parse(`{"extra":${hostile('[1]')}}`) as LocalDelta, 'Hi'),
  },
});

const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];
const polluting = '{"polluted":1,"stream":true,"n":3,"stop":"H","role":"pirate"}';

/** The text of an object that has each of these names as a field, before some more. */
function hostile(value: string, more = ''): string {
  return `{${names.map((name) => `"${name}":${value}`).join()}${more}}`;
}

const user = '"role":"user","content":"Hi"';

/** Expects that no object inherits anything from what was sent. */
function expectCleanPrototypes(): void {
  const inherited = {} as Fields;
  expect(['polluted', 'stream', 'n', 'stop', 'role'].filter((name) => name in inherited)).toEqual([]);
}

it.each<[string, string, string]>([
  ['chat', 'chat/completions', `"messages":[${hostile(polluting, `,${user}`)}]`],
  [
    'chat with parts',
    'chat/completions',
    `"messages":[{"role":"user","content":[${hostile(polluting, ',"type":"text","text":"Hi"')}]}]`,
  ],
  ['completions', 'completions', '"prompt":"Hi"'],
])('%s answers as if the names that objects inherit were not there', async (_what, path, fields) => {
  const response = await post(`${url()}/${path}`, hostile(polluting, `,"model":"recorder",${fields}`));

  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ choices: [{ index: 0, finish_reason: 'stop' }] });
  expectCleanPrototypes();
  const { prompt, messages, body } = seen.at(-1)!;
  expect([prompt, messages.map(({ role }) => role)]).toEqual(['Hi', ['user']]);
  expect([body, ...messages].map((value) => Object.getPrototypeOf(value) as unknown)).toEqual([
    Object.prototype,
    Object.prototype,
  ]);
});

it.each<[string, string, string]>([
  ['the model', `{"__proto__":{"model":"echo"},"messages":[{${user}}]}`, 'model'],
  ['all messages', `{"model":"echo","__proto__":{"messages":[{${user}}]}}`, 'messages'],
  ['a role', `{"model":"echo","messages":[{"__proto__":{${user}}}]}`, 'messages[0].role'],
  [
    'the type of a part',
    '{"model":"echo","messages":[{"role":"user","content":[{"__proto__":{"type":"text","text":"Hi"}}]}]}',
    'messages[0].content[0].type',
  ],
])('reads no prototype for %s that is missing', async (_what, body, param) => {
  const response = await post(`${url()}/chat/completions`, body);

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param, code: 'missing_required_parameter' } });
});

it.each(names)('knows no model named %s', async (name) => {
  const response = await post(`${url()}/chat/completions`, `{"model":"${name}","messages":[{${user}}]}`);

  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: { param: 'model', code: 'model_not_found' } });
});

it.each(names)('knows no role named %s', async (name) => {
  const response = await post(`${url()}/chat/completions`, `{"model":"echo","messages":[{"role":"${name}"}]}`);

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param: 'messages[0].role', code: 'invalid_value' } });
});

it('passes fields of these names that a model gives on as they are', async () => {
  const ask = (stream: boolean): Promise<Response> =>
    post(`${url()}/chat/completions`, `{"model":"odd","stream":${stream},"messages":[{${user}}]}`);
  const extra = JSON.parse(hostile('[1]')) as Fields;
  const { choices } = (await (await ask(false)).json()) as { choices: readonly { message: Fields }[] };
  const { objects } = await readEvents(await ask(true));
  const deltas = objects.flatMap(
    (chunk) => (chunk['choices'] as readonly { delta: Fields }[])[0]?.delta['extra'] ?? [],
  );

  expect([choices[0]?.message['extra'], ...deltas].map((value) => JSON.stringify(value))).toEqual([
    JSON.stringify(extra),
    JSON.stringify(extra),
  ]);
  expectCleanPrototypes();
});

describe('a body', () => {
  /** One that nests so many levels deep. */
  const bodyOf = (levels: number, open: string, close: string): string =>
    `{"model":"echo","messages":[{${user}}],"metadata":${open.repeat(levels - 1)}1${close.repeat(levels - 1)}}`;

  describe.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
    ['objects under a name that all inherit', '{"__proto__":', '}'],
  ])('of %s', (_what, open, close) => {
    it('is read where it nests 500 levels deep', async () => {
      const response = await post(`${url()}/chat/completions`, bodyOf(500, open, close));

      expect(response.status).toBe(200);
      await response.text();
    });

    it.each([501, 5000, 200_000])('is refused where it nests %d levels deep', async (levels) => {
      const response = await post(`${url()}/chat/completions`, bodyOf(levels, open, close));

      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { message: 'The body is not valid JSON.' } });
      expect((await fetch(`${url()}/models`)).status).toBe(200);
    });
  });
});
