import { concat, lastValueFrom, of, Subject, throwError } from 'rxjs';
import { createClient, textDeltas, toText } from '../../src/index.js';
import { chatBody, post, useLocalServer } from './local-server.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

describe('a stream', () => {
  const pieces = [
    'Grüße\r',
    '\n\n',
    '世界 👩‍👩‍👧',
    '\u2028',
    'data: no\n\ndata: [DONE]\n\n',
    ': no comment',
    '\u0000\uFEFF',
  ];
  const url = useLocalServer({
    models: {
      tricky: () => of(...pieces),
      breaking: () =>
        concat(
          of('one'),
          throwError(() => new Error('line\n\nend')),
        ),
    },
  });
  const bytesOf = async (path: string, body: object): Promise<string> =>
    decoder.decode(await (await post(`${url()}${path}`, body)).arrayBuffer());

  it.each([
    ['/chat/completions', chatBody('', { model: 'tricky', stream: true })],
    ['/chat/completions', chatBody('', { model: 'tricky', stream: true, n: 3 })],
    ['/completions', { model: 'tricky', prompt: '', stream: true }],
  ])('of %s is one data line and one empty line per object, and [DONE] last', async (path, body) => {
    const text = await bytesOf(path, body);
    const frames = text.split('\n\n');

    expect(frames.slice(-2)).toEqual(['data: [DONE]', '']);
    expect(frames.slice(0, -2).length).toBeGreaterThanOrEqual(pieces.length);
    for (const frame of frames.slice(0, -2)) {
      expect(frame).toMatch(/^data: \{"id":"(?:chat)?cmpl-[^\n\r]*\}$/u);
      expect(`data: ${JSON.stringify(JSON.parse(frame.slice('data: '.length)))}`).toBe(frame);
    }
  });

  it('that breaks off ends with one error frame', async () => {
    const frames = (await bytesOf('/chat/completions', chatBody('', { model: 'breaking', stream: true }))).split(
      '\n\n',
    );

    expect(frames.at(-1)).toBe('');
    expect(frames.at(-2)).toBe(
      String.raw`data: {"error":{"message":"The model 'breaking' failed: line\n\nend","type":"server_error","param":null,"code":null}}`,
    );
    expect(frames.slice(0, -2).every((frame) => frame.startsWith('data: {"id":"chatcmpl-'))).toBe(true);
  });
});

describe('a silent stream', () => {
  let words = new Subject<string>();
  const url = useLocalServer({ keepAlive: 10, models: { slow: () => words } });
  const chat = (stream: boolean): Promise<Response> =>
    post(`${url()}/chat/completions`, chatBody('', { model: 'slow', stream }));

  beforeEach(() => {
    words = new Subject();
  });

  it('gets comment lines, which clients skip', async () => {
    const response = await chat(true);
    const reader = response.body?.getReader();
    const first = await reader?.read();
    words.next('one');
    words.complete();
    let text = decoder.decode(first?.value);
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
      text += decoder.decode(part.value);
    }
    const frames = text.split('\n\n');

    expect(response.status).toBe(200);
    expect(frames[0]).toBe(': keep-alive');
    expect(frames.filter((frame) => !frame.startsWith(': keep-alive'))).toEqual([
      expect.stringContaining('"role":"assistant"'),
      expect.stringContaining('"content":"one"'),
      expect.stringContaining('"finish_reason":"stop"'),
      'data: [DONE]',
      '',
    ]);
  });

  it('reads well in our client', async () => {
    const client = createClient({ baseURL: url() });
    const request = { model: 'slow', messages: [{ role: 'user' as const, content: '' }] };
    const answer = lastValueFrom(
      client
        .chat(request, {
          onResponse: () => {
            words.next('one');
            words.complete();
          },
        })
        .pipe(textDeltas(), toText()),
    );

    expect(await answer).toBe('one');
  });

  it('that fails after a comment ends in an error frame', async () => {
    const response = await chat(true);
    words.error({ status: 503, message: 'Busy' });
    const text = await response.text();

    expect(response.status).toBe(200);
    expect(text).toContain('data: {"error":{"message":"Busy"');
    expect(text).not.toContain('[DONE]');
  });
});
