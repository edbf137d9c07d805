import { readBody, readStream } from '../support/read-stream.js';

const half = { choices: [{ index: 0, delta: { content: 'half' } }] };
const start = `data: ${JSON.stringify(half)}\n\n`;
const done = 'data: [DONE]\n\n';

describe('errors inside a stream', () => {
  describe('in an event named error', () => {
    it.each<[string, string, object]>([
      ['no data field', 'id: 1', { kind: 'provider', retryable: true }],
      ['an empty data field', 'data:', { kind: 'provider', retryable: true }],
      ['white space', 'data:   ', { kind: 'provider' }],
      ['null', 'data: null', { kind: 'provider' }],
      ['a number', 'data: 42', { kind: 'provider' }],
      ['false', 'data: false', { kind: 'provider' }],
      ['a string', 'data: "overloaded"', { kind: 'provider', message: 'overloaded', retryable: true }],
      ['text', 'data: went wrong', { kind: 'provider', message: 'went wrong' }],
      ['text that looks like a comment', 'data: : went wrong', { kind: 'provider' }],
      ['a code', 'data: {"code":"server_busy"}', { kind: 'provider', code: 'server_busy', retryable: true }],
      ['an empty object', 'data: {}', { kind: 'provider' }],
    ])('are recognized by %s', (_title, data, expected) => {
      const { message, error } = readBody(`${start}event: error\n${data}\n\n${done}`);

      expect(error).toMatchObject({ name: 'StreamError', ...expected });
      expect(message?.content).toBe('half');
    });

    it('are recognized in a last event without its empty line', () => {
      expect(readBody(`${start}event: error\ndata: null\n`).error).toMatchObject({ kind: 'provider' });
    });
  });

  it.each<[string, unknown, object]>([
    ['an object named error', { object: 'error', code: 40303 }, { kind: 'provider', code: '40303' }],
    ['the type error', { type: 'error', code: 'overloaded_error' }, { kind: 'overloaded', retryable: true }],
    [
      'an error inside a choice',
      { choices: [{ index: 0, delta: { content: '' }, error: { message: 'no more', code: 502 } }] },
      { kind: 'server', message: 'no more', code: '502', retryable: true },
    ],
    [
      'an error inside the second choice',
      {
        choices: [
          { index: 0, delta: {} },
          { index: 1, delta: {}, error: { code: 'insufficient_quota', message: 'm' } },
        ],
      },
      { kind: 'quota', retryable: false },
    ],
    [
      'an error inside a choice that is text',
      { choices: [{ delta: {}, error: 'no more' }] },
      { kind: 'provider', message: 'no more' },
    ],
    [
      'a finish reason',
      { choices: [{ delta: {}, finish_reason: 'network_error' }] },
      { kind: 'provider', code: 'network_error', retryable: true },
    ],
    [
      "the finish reason of a router's provider beside a harmless one",
      { choices: [{ delta: { content: '' }, finish_reason: 'stop', native_finish_reason: 'network_error' }] },
      { kind: 'provider', code: 'network_error', retryable: true },
    ],
    [
      "the finish reason of a router's provider beside that of a limit",
      { choices: [{ delta: {}, finish_reason: 'length', native_finish_reason: 'error' }] },
      { kind: 'provider', code: 'error' },
    ],
    [
      'a finish reason in capitals',
      { choices: [{ delta: {}, finish_reason: 'ERROR' }] },
      { kind: 'provider', code: 'ERROR' },
    ],
  ])('are recognized by %s', (_title, sent, expected) => {
    const { message, error } = readStream([half, sent, '[DONE]']);

    expect(error).toMatchObject({ name: 'StreamError', ...expected });
    expect(message?.content).toBe('half');
  });

  describe('in an event whose data was not finished', () => {
    const cut = JSON.stringify(half).slice(0, 40);
    const error = JSON.stringify({ error: { message: 'stream_read_error', type: 'overloaded_error' } });
    it.each<[string, string]>([
      ['as its last line', `data: ${cut}\ndata: ${error}\n\n`],
      ['under the event name error', `data: ${cut}\nevent: error\ndata: ${error}\n\n`],
      ['after a line that was whole', `data: {}\ndata: ${cut}\ndata: ${error}\n\n`],
      ['without the empty line', `data: ${cut}\ndata: ${error}\n`],
      ['of another form', `data: ${cut}\ndata: {"type":"error","code":"overloaded_error"}\n\n`],
    ])('are recognized %s', (_title, event) => {
      const { message, error: seen } = readBody(`${start}${event}`);

      expect(seen).toMatchObject({ name: 'StreamError', kind: 'overloaded', retryable: true });
      expect(message?.content).toBe('half');
    });

    it.each<[string, string]>([
      ['a chunk', JSON.stringify(half)],
      ['[DONE]', '[DONE]'],
      ['nothing', ''],
    ])('are not seen in %s', (_title, last) => {
      expect(readBody(`${start}data: ${cut}\ndata: ${last}\n\n`).error).toMatchObject({
        name: 'ProtocolError',
        kind: 'parse',
      });
    });
  });

  it.each<[string, unknown]>([
    ['a message beside choices', { ...half, message: 'ok' }],
    ['a detail beside choices', { ...half, detail: 'ok' }],
    [
      'the end of a provider',
      { choices: [{ ...half.choices[0], native_finish_reason: 'STOP', finish_reason: 'stop' }] },
    ],
    [
      'the failure of a provider that is no end',
      { choices: [{ ...half.choices[0], native_finish_reason: 'error', finish_reason: null }] },
    ],
    ['a number of a provider', { choices: [{ ...half.choices[0], native_finish_reason: 7, finish_reason: 'stop' }] }],
    ['an error of a choice that is null', { choices: [{ ...half.choices[0], error: null }] }],
    ['an error of a choice that is empty', { choices: [{ ...half.choices[0], error: {} }] }],
    ['an error of a choice that is false', { choices: [{ ...half.choices[0], error: false }] }],
  ])('are not seen in %s', (_title, sent) => {
    expect(readStream([sent, '[DONE]'])).toMatchObject({ error: undefined, message: { content: 'half' } });
  });

  it('are not seen in choices under the event name ping', () => {
    expect(readBody(`event: ping\n${start}${done}`)).toMatchObject({ error: undefined, message: { content: 'half' } });
  });

  it('are not looked for in a list of two, which is no chunk either', () => {
    expect(readStream([half, [{ error: { message: 'm' } }, {}], '[DONE]']).error).toMatchObject({
      name: 'ProtocolError',
      kind: 'parse',
    });
  });
});

describe('data that are wrapped once too often', () => {
  const json = JSON.stringify(half);
  it.each<[string, string]>([
    ['a quoted [DONE]', `${start}data: "[DONE]"\n\ndata: x\n\n`],
    ['a [DONE] in single quotes', `${start}data: '[DONE]'\n\ndata: x\n\n`],
    ['data: data:', `data: data: ${json}\n\ndata: data: [DONE]\n\n`],
    ['data:data: without spaces', `data:data:${json}\n\ndata:data:[DONE]\n\n`],
    ['three times', `data: data: data: ${json}\n\n${done}`],
    ['two of them in one event', `data: data: ${json}\ndata: data: [DONE]\n\n`],
    ['a last event without its empty line', `data: data: ${json}\n\ndata: data: "[DONE]"`],
  ])('are read as meant: %s', (_title, body) => {
    expect(readBody(body)).toMatchObject({ error: undefined, message: { content: 'half' }, chunks: [{}] });
  });

  it('are idle if nothing is left', () => {
    expect(readBody(`${start}data: data:\n\ndata: data: null\n\n${done}`)).toMatchObject({
      error: undefined,
      chunks: [{}],
    });
  });
});
