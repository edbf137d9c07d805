import { concat, of, throwError } from 'rxjs';
import { chatBody, post, useLocalServer } from './local-server.js';

describe('the event stream', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true });

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
  ])('of %s has one data line and one empty line per object, and ends with [DONE]', async (path, body) => {
    const text = await bytesOf(path, body);
    const frames = text.split('\n\n');

    expect(frames.slice(-2)).toEqual(['data: [DONE]', '']);
    expect(frames.slice(0, -2).length).toBeGreaterThanOrEqual(pieces.length);
    for (const frame of frames.slice(0, -2)) {
      expect(frame).toMatch(/^data: \{"id":"(?:chat)?cmpl-[^\n\r]*\}$/u);
      expect(`data: ${JSON.stringify(JSON.parse(frame.slice('data: '.length)))}`).toBe(frame);
    }
  });

  it('ends with one error frame if the model fails', async () => {
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
