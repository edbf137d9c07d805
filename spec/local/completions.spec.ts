import { concat, NEVER, of, throwError } from 'rxjs';
import { post, readEvents, useLocalServer, type Fields } from './local-server.js';

describe('legacy completions', () => {
  const url = useLocalServer({
    models: {
      silent: () => of(),
      breaking: () =>
        concat(
          of('one', ' two'),
          throwError(() => new Error('out of words')),
        ),
      stuck: () => concat(of('one', ' two'), NEVER),
    },
  });
  const complete = (fields: Fields): Promise<Response> => post(`${url()}/completions`, { model: 'echo', ...fields });
  const completion = (text: string, reason: string | null = null): object => ({
    id: expect.stringMatching(/^cmpl-[0-9a-f]{32}$/u) as string,
    object: 'text_completion',
    created: expect.any(Number) as number,
    model: 'echo',
    system_fingerprint: 'rxllm-local',
    choices: [{ index: 0, text, logprobs: null, finish_reason: reason }],
  });
  const textsOf = (objects: readonly Fields[]): unknown[] =>
    objects.flatMap(({ choices }) =>
      (choices as { text: string; finish_reason: string | null }[]).map((choice) => [
        choice.text,
        choice.finish_reason,
      ]),
    );

  it('stream text, with the finish reason on the last chunk', async () => {
    const { objects, last } = await readEvents(await complete({ prompt: 'Once upon a', stream: true }));

    expect(objects).toEqual([completion('Once'), completion(' upon'), completion(' a', 'stop')]);
    expect(last).toBe('[DONE]');
  });

  it('end a stream with the token counts if the request asks for them', async () => {
    const fields = { prompt: 'Once upon', stream: true, stream_options: { include_usage: true } };
    const { objects } = await readEvents(await complete(fields));

    expect(objects).toEqual([
      { ...completion('Once'), usage: null },
      { ...completion(' upon', 'stop'), usage: null },
      { ...completion(''), choices: [], usage: { prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 } },
    ]);
  });

  it('have the finish reason length on the last text that fits', async () => {
    const { objects } = await readEvents(await complete({ prompt: 'Once upon a time', stream: true, max_tokens: 2 }));

    expect(textsOf(objects)).toEqual([
      ['Once', null],
      [' upon', 'length'],
    ]);
  });

  it('stream one empty text if the model emits nothing', async () => {
    const { objects } = await readEvents(await complete({ model: 'silent', prompt: '', stream: true }));

    expect(textsOf(objects)).toEqual([['', 'stop']]);
  });

  it('stream all text before an error', async () => {
    const { objects, last } = await readEvents(await complete({ model: 'breaking', prompt: '', stream: true }));

    expect(textsOf(objects.slice(0, -1))).toEqual([
      ['one', null],
      [' two', null],
    ]);
    expect(last).toContain('out of words');
  });

  it('hold back only the last piece while the model goes on', async () => {
    const response = await complete({ model: 'stuck', prompt: '', stream: true });
    const reader = response.body?.getReader();
    const first = await reader?.read();

    expect(new TextDecoder().decode(first?.value)).toContain('"text":"one"');
    await reader?.cancel();
  });

  it.each(['Once upon', ['Once upon']])('answer the prompt %j with one object without a stream', async (prompt) => {
    expect(await (await complete({ prompt })).json()).toEqual({
      ...completion('Once upon', 'stop'),
      usage: { prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 },
    });
  });
});
