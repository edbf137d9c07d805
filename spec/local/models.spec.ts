import { of } from 'rxjs';
import { useLocalServer } from './local-server.js';

describe('the models of a server', () => {
  const url = useLocalServer({
    models: { 'team/mine': () => of('mine'), __proto__: () => of('never'), ['toString']: () => of('text') },
  });
  const model = (id: string): object => ({
    id,
    object: 'model',
    created: expect.any(Number) as number,
    owned_by: 'rxllm-local',
  });

  it('are listed, docs first', async () => {
    expect(await (await fetch(`${url()}/models`)).json()).toEqual({
      object: 'list',
      data: [model('docs'), model('echo'), model('team/mine'), model('toString')],
    });
  });

  it.each(['echo', 'team/mine', 'team%2Fmine', 'echo?a=b'])('are shown by their id, such as %s', async (id) => {
    const response = await fetch(`${url()}/models/${id}`);

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(model(decodeURIComponent(id).replace('?a=b', '')));
  });

  it.each(['gpt-9', '%E0%A4%A', 'constructor', '__proto__'])(
    'do not include %s, for which a 404 lists them',
    async (id) => {
      const response = await fetch(`${url()}/models/${id}`);

      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        error: {
          message: expect.stringContaining('docs, echo, team/mine') as string,
          type: 'invalid_request_error',
          param: 'model',
          code: 'model_not_found',
        },
      });
    },
  );

  it('are named at its root, which says that it is not a language model', async () => {
    const response = await fetch(new URL('/', url()));

    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toMatch(/not a language model.*docs, echo/u);
  });

  it('are answered to HEAD without the body', async () => {
    const response = await fetch(`${url()}/models`, { method: 'HEAD' });

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).toBe('');
  });

  describe('for a page of another origin', () => {
    it('are available after a preflight request', async () => {
      const response = await fetch(`${url()}/chat/completions`, {
        method: 'OPTIONS',
        headers: { origin: 'http://localhost:4200', 'access-control-request-method': 'POST' },
      });

      expect(response.status).toBe(204);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET, HEAD, POST, DELETE',
        'access-control-allow-headers': 'authorization, content-type, *',
      });
      expect(response.headers.has('access-control-allow-private-network')).toBe(false);
    });

    it.each(['/v1/models', '/v1/nowhere'])('are readable, like the answer and request id of %s', async (path) => {
      const { headers } = await fetch(new URL(path, url()));

      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-expose-headers')).toContain('x-request-id, retry-after, retry-after-ms');
      expect(headers.get('x-request-id')).toMatch(/^req_/u);
    });
  });

  describe('with only some of the built-in ones', () => {
    const some = useLocalServer({ builtIn: ['echo'], models: { mine: () => of('mine') } });

    it('are listed with those before your own', async () => {
      expect(await (await fetch(`${some()}/models`)).json()).toEqual({
        object: 'list',
        data: [model('echo'), model('mine')],
      });
    });
  });
});
