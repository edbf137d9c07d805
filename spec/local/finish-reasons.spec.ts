import { concat, NEVER, of } from 'rxjs';
import type { LocalDelta } from '../../src/local/index.js';
import { chatBody, post, readEvents, useLocalServer, type Fields } from './local-server.js';
import { ask, readResponseEvents } from './response-stream.js';

describe('the finish reason of a model', () => {
  const begun: LocalDelta = { tool_calls: [{ id: 'a', function: { name: 'weather', arguments: '{"ci' } }] };
  const url = useLocalServer({
    models: {
      cut: () => concat(of(begun, { finish_reason: 'length' }), NEVER),
      filtered: () => of('I ', { content: 'am', finish_reason: 'content_filter' }, 'never sent'),
      odd: () => of({ content: 'Hi', finish_reason: 'eos' }),
      stopped: () => of(begun, { finish_reason: 'stop' }),
      wrong: () => of({ finish_reason: 1 }) as never,
    },
  });
  const chat = (model: string, fields: Fields = {}): Promise<Response> =>
    post(`${url()}/chat/completions`, chatBody('', { model, ...fields }));
  const choiceOf = async (response: Response): Promise<unknown> =>
    ((await response.json()) as { choices: readonly unknown[] }).choices[0];

  it('cuts a call in the middle of its arguments, and ends the answer', async () => {
    const { objects, last } = await readEvents(await chat('cut', { stream: true }));
    const choices = objects.map((chunk) => (chunk['choices'] as readonly unknown[])[0]);

    expect(choices.slice(-2)).toMatchObject([
      { delta: { tool_calls: [{ index: 0, function: { arguments: 'ci' } }] }, finish_reason: null },
      { delta: {}, finish_reason: 'length' },
    ]);
    expect(last).toBe('[DONE]');
    expect(await choiceOf(await chat('cut'))).toMatchObject({
      message: { tool_calls: [{ id: 'a', function: { name: 'weather', arguments: '{"ci' } }] },
      finish_reason: 'length',
    });
  });

  it.each([
    ['filtered', 'I am', 'content_filter'],
    ['odd', 'Hi', 'eos'],
  ])('of the model "%s" follows the text of its delta', async (model, content, reason) => {
    const choice = { message: { content }, finish_reason: reason };

    expect(await choiceOf(await chat(model))).toMatchObject(choice);
  });

  it('replaces the one that follows from its calls', async () => {
    expect(await choiceOf(await chat('stopped'))).toMatchObject({ finish_reason: 'stop' });
  });

  it('counts as no token', async () => {
    expect(await choiceOf(await chat('filtered', { max_tokens: 2 }))).toMatchObject({
      finish_reason: 'content_filter',
    });
    expect(await choiceOf(await chat('filtered', { max_tokens: 1 }))).toMatchObject({ finish_reason: 'length' });
  });

  it('is sent with the last text of a legacy completion', async () => {
    const response = await post(`${url()}/completions`, { model: 'filtered', prompt: '', stream: true });
    const { objects } = await readEvents(response);

    expect(objects.at(-1)).toMatchObject({ choices: [{ text: 'am', finish_reason: 'content_filter' }] });
  });

  it.each([
    ['cut', 'incomplete', 'max_output_tokens'],
    ['filtered', 'incomplete', 'content_filter'],
    ['odd', 'completed', undefined],
  ])('of the model "%s" makes a response %s', async (model, status, reason) => {
    const [whole, events] = await Promise.all([
      ask(url(), model).then((response) => response.json() as Promise<Fields>),
      ask(url(), model, { stream: true }).then(readResponseEvents),
    ]);
    const state = {
      status,
      incomplete_details: reason === undefined ? null : { reason },
      output: [expect.objectContaining({ status })],
    };

    expect(whole).toMatchObject(state);
    expect(events.at(-1)).toMatchObject({ type: `response.${status}`, response: state });
  });

  it('is a 500 if it is no text', async () => {
    expect((await chat('wrong')).status).toBe(500);
  });
});
