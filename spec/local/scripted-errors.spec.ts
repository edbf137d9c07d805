import { concat, of, throwError } from 'rxjs';
import { chatBody, post, readEvents, useLocalServer } from './local-server.js';

describe('the status of an error of a model', () => {
  let scripted: unknown;
  const url = useLocalServer({
    models: {
      failing: () => throwError(() => scripted),
      breaking: () =>
        concat(
          of('one'),
          throwError(() => scripted),
        ),
    },
  });
  const ask = (model: string, stream: boolean): Promise<Response> =>
    post(`${url()}/chat/completions`, chatBody('', { model, stream }));

  describe.each([true, false])('with stream: %s', (stream) => {
    it.each<[object, object]>([
      [{ status: 429 }, { type: 'requests', code: 'rate_limit_exceeded' }],
      [
        { status: 429, code: 'insufficient_quota' },
        { type: 'invalid_request_error', code: 'insufficient_quota' },
      ],
      [{ status: 500 }, { type: 'server_error', code: null }],
      [
        { status: 503, message: 'Busy' },
        { type: 'server_error', code: null, message: 'Busy' },
      ],
      [
        { status: 400, message: 'Too long', type: 'own', code: 'too_long', param: 'messages' },
        { type: 'own', code: 'too_long', param: 'messages', message: 'Too long' },
      ],
      [Object.assign(new Error('Away'), { status: 404 }), { type: 'invalid_request_error', message: 'Away' }],
    ])('is sent for %j', async (error, body) => {
      scripted = error;
      const response = await ask('failing', stream);

      expect(response.status).toBe((error as { status: number }).status);
      expect(await response.json()).toEqual({
        error: {
          message: `The model 'failing' failed with status ${String((error as { status: number }).status)}`,
          param: null,
          code: null,
          ...body,
        },
      });
    });

    it.each([200, 399, 600, 429.5, '429', null])('is ignored if it is %j', async (status) => {
      scripted = { status, message: 'odd' };

      expect((await ask('failing', stream)).status).toBe(500);
    });

    it('is sent with only those of its headers that say when to retry', async () => {
      scripted = {
        status: 429,
        headers: { 'retry-after': '2', 'x-should-retry': 'false', 'set-cookie': 'a=b', 'retry-after-ms': 'a\nb' },
      };
      const { headers } = await ask('failing', stream);

      expect(headers.get('retry-after')).toBe('2');
      expect(headers.get('x-should-retry')).toBe('false');
      expect(headers.has('set-cookie')).toBe(false);
      expect(headers.has('retry-after-ms')).toBe(false);
    });
  });

  it('is not sent after the first piece of a stream, which ends with an error frame', async () => {
    scripted = { status: 429, message: 'Slow down' };
    const { objects } = await readEvents(await ask('breaking', true));

    expect(objects.at(-1)).toEqual({
      error: { message: 'Slow down', type: 'requests', param: null, code: 'rate_limit_exceeded' },
    });
    expect((await ask('breaking', false)).status).toBe(429);
  });
});
