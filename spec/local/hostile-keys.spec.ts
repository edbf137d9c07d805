import { of } from 'rxjs';
import type { LocalDelta, LocalModelRequest } from '../../src/local/index.js';
import { type Fields, post, readEvents, useLocalServer } from './local-server.js';

const user = '"role":"user","content":"Hi"';

describe('keys that objects inherit', () => {
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

  /** Returns the JSON of an object that has each of these names as a field, followed by more. */
  function hostile(value: string, more = ''): string {
    return `{${names.map((name) => `"${name}":${value}`).join()}${more}}`;
  }

  /** Expects that no field of a request is inherited by other objects. */
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
  ])('do not change the answer of %s', async (_what, path, fields) => {
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
    ['model', `{"__proto__":{"model":"echo"},"messages":[{${user}}]}`, 'model'],
    ['messages', `{"model":"echo","__proto__":{"messages":[{${user}}]}}`, 'messages'],
    ['role', `{"model":"echo","messages":[{"__proto__":{${user}}}]}`, 'messages[0].role'],
    [
      'type of a part',
      '{"model":"echo","messages":[{"role":"user","content":[{"__proto__":{"type":"text","text":"Hi"}}]}]}',
      'messages[0].content[0].type',
    ],
  ])('do not stand in for a missing field: %s', async (_what, body, param) => {
    const response = await post(`${url()}/chat/completions`, body);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param, code: 'missing_required_parameter' } });
  });

  it.each(names)('are not models, such as %s', async (name) => {
    const response = await post(`${url()}/chat/completions`, `{"model":"${name}","messages":[{${user}}]}`);

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { param: 'model', code: 'model_not_found' } });
  });

  it.each(names)('are not roles, such as %s', async (name) => {
    const response = await post(`${url()}/chat/completions`, `{"model":"echo","messages":[{"role":"${name}"}]}`);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: 'messages[0].role', code: 'invalid_value' } });
  });

  it('stay in the deltas of a model', async () => {
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
});

describe('a deeply nested body', () => {
  const url = useLocalServer();

  /** Returns a body that is nested `levels` deep. */
  const bodyOf = (levels: number, open: string, close: string): string =>
    `{"model":"echo","messages":[{${user}}],"metadata":${open.repeat(levels - 1)}1${close.repeat(levels - 1)}}`;

  describe.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
    ['objects below __proto__', '{"__proto__":', '}'],
  ])('of %s', (_what, open, close) => {
    it('is read if it is nested 500 levels deep', async () => {
      const response = await post(`${url()}/chat/completions`, bodyOf(500, open, close));

      expect(response.status).toBe(200);
      await response.text();
    });

    it.each([501, 5000, 200_000])('is refused if it is nested %d levels deep', async (levels) => {
      const response = await post(`${url()}/chat/completions`, bodyOf(levels, open, close));

      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { message: 'The body is not valid JSON.' } });
      expect((await fetch(`${url()}/models`)).status).toBe(200);
    });
  });
});
