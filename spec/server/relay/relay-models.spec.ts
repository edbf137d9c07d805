import { answer, chatRequest } from '../../support/answers.js';
import { chatPath, errorOf, relayed } from '../../support/relayed.js';
import { collectReported } from '../../support/reported.js';

const reported = collectReported();

const json = { 'content-type': 'application/json' };
const upstreamModels = answer(
  JSON.stringify({
    object: 'list',
    data: [
      { id: 'small', object: 'model', created: 7, owned_by: 'maker', permission: [{ organization: 'org-1' }] },
      { id: 'ft:small:org-1', object: 'model', created: 8, owned_by: 'org-1' },
      { id: 'large' },
    ],
  }),
  { headers: json },
);

describe('The models of a relay', () => {
  it('are the only ones that may be asked for', async () => {
    const { post, received } = relayed({ models: ['small', 'large'] });
    const response = await post(chatPath, { ...chatRequest, model: 'Small' });

    expect([response.status, received.length]).toEqual([404, 0]);
    expect(await errorOf(response)).toEqual({
      message: 'The model does not exist, or may not be used here',
      type: 'not_found',
      code: 'model_not_found',
      param: 'model',
    });
    expect((await post(chatPath, { ...chatRequest, model: 'large' })).status).toBe(200);
    expect((await post('/responses', { model: 'other', input: 'Hi' })).status).toBe(404);
  });

  it('may depend on the session', async () => {
    const { post } = relayed({
      authorize: () => ({ user: 'anna', plan: 'free' }),
      models: (model, { plan }) => model === plan,
    });

    expect((await post(chatPath, { ...chatRequest, model: 'free' })).status).toBe(200);
    expect((await post(chatPath, chatRequest)).status).toBe(404);
  });

  it('are none where the function gives a Promise, which is a mistake of the operator', async () => {
    const { post, received } = relayed({ models: (() => Promise.resolve(false)) as never });

    expect([(await post(chatPath, chatRequest)).status, received.length]).toEqual([500, 0]);
    expect(reported).toEqual([new TypeError('models must return true or false')]);
  });

  it('are listed by their names, without asking the upstream', async () => {
    const { ask, received } = relayed({ models: ['small', 'large'] });
    const response = await ask('/v1/models');

    expect(await response.json()).toEqual({
      object: 'list',
      data: [
        { id: 'small', object: 'model', created: 0, owned_by: 'system' },
        { id: 'large', object: 'model', created: 0, owned_by: 'system' },
      ],
    });
    expect([response.status, received.length]).toEqual([200, 0]);
  });

  it('are listed as the upstream has them where a function chooses', async () => {
    const { ask, received } = relayed({ models: (model) => !model.startsWith('ft:') }, upstreamModels);
    const response = await ask('/v1/models');

    expect(received).toMatchObject([{ method: 'GET', url: 'https://upstream.test/v1/models' }]);
    expect(await response.json()).toEqual({
      object: 'list',
      data: [
        { id: 'small', object: 'model', created: 7, owned_by: 'maker' },
        { id: 'large', object: 'model', created: 0, owned_by: 'system' },
      ],
    });
  });

  it('cannot be listed where the upstream refuses', async () => {
    const refusal = answer('{"error":{"message":"Bad key sk-of-the-operator"}}', { status: 401, headers: json });
    const response = await relayed({ models: () => true }, refusal).ask('/v1/models');

    expect(response.status).toBe(502);
    expect(await errorOf(response)).toMatchObject({ code: 'upstream_unavailable' });
  });
});
