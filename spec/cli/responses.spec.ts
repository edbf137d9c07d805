import { closeServers, startServer, type LoopbackServer, type ServedExchange } from '../support/loopback.js';
import {
  created,
  messageItem,
  numbered,
  type SentEvent,
  state,
  streams,
  textDelta,
} from '../support/response-events.js';
import { beginStream, event, sendJson } from './model-server.js';
import { run, type Running, start } from './run-here.js';

describe('rxllm --responses', () => {
  let server: LoopbackServer;

  beforeEach(async () => {
    server = await startServer();
  });

  afterEach(closeServers);

  function ask(...parameters: readonly string[]): Running {
    return start(['--base-url', `${server.url}/v1`, '-m', 'small', '--retries', '0', '--responses', ...parameters]);
  }

  function sent({ body }: ServedExchange): unknown {
    return JSON.parse(body);
  }

  /** Answers with these events, and leaves the connection open, since the last one ends the answer. */
  function stream(exchange: ServedExchange, events: readonly SentEvent[]): void {
    beginStream(exchange, ...events.map(event));
  }

  it('streams the prompt over /responses', async () => {
    const { ended } = ask('-s', 'Be brief.', '-t', '0', '--max-tokens', '20', 'Why', 'not?');
    const exchange = await server.next();
    stream(exchange, streams.text);

    expect(await ended).toEqual({ code: 0, stdout: 'Apple trees need light.\n', stderr: '' });
    expect(exchange.path).toBe('/v1/responses');
    expect(sent(exchange)).toEqual({
      model: 'small',
      instructions: 'Be brief.',
      input: 'Why not?',
      temperature: 0,
      max_output_tokens: 20,
      stream: true,
    });
  });

  it('prints text as it comes', async () => {
    const { shows, stdout, ended } = ask('Hi');
    const exchange = await server.next();
    const [first, ...others] = numbered(created, textDelta('Hel'), textDelta('lo'), state('completed'));
    stream(exchange, [first!, others[0]!]);
    await shows('Hel');
    expect(stdout()).toBe('Hel');
    others.slice(1).forEach((later) => exchange.write(event(later)));

    expect(await ended).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });
  });

  it('prints nothing before the end with --no-stream', async () => {
    const { written, ended } = ask('--no-stream', 'Hi');
    stream(await server.next(), streams.text);

    expect(await ended).toMatchObject({ code: 0, stdout: 'Apple trees need light.\n' });
    expect(written[0]).toMatch(/^Apple trees need light\./u);
  });

  it('prints each event as a line of JSON with --json', async () => {
    const { ended } = ask('--json', 'Hi');
    stream(await server.next(), streams.reasoningAndCalls);
    const { code, stdout, stderr } = await ended;

    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(streams.reasoningAndCalls);
    expect(stderr).toBe('The model returned no text.\n');
    expect(code).toBe(0);
  });

  it('reports timing and token counts with --stats', async () => {
    const { ended } = ask('--stats', 'Hi');
    stream(await server.next(), streams.text);

    expect(await ended).toEqual({
      code: 0,
      stdout: 'Apple trees need light.\n',
      stderr: expect.stringMatching(
        /^first token after [^\n]+\/s · 7 tokens in, 5 out · [^\n]+ in total\n$/u,
      ) as string,
    });
  });

  it('asks several models at once', async () => {
    const { ended } = ask('-m', 'large', 'Hi');
    const exchanges = [await server.next(), await server.next()];
    exchanges.forEach((exchange) => stream(exchange, streams.text));

    expect(await ended).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^(?:(?:small|large) │ Apple trees need light\.\n){2}$/u) as string,
      stderr: '',
    });
  });

  const refused = { type: 'refusal', refusal: "I can't help." };

  it.each<readonly [string, readonly SentEvent[], string, string]>([
    ['the token limit', streams.incomplete, 'Apple\n', 'The answer was cut off at the token limit.\n'],
    [
      'a content filter',
      numbered(
        created,
        textDelta('Apple'),
        state('incomplete', {
          output: [messageItem('Apple')],
          incomplete_details: { reason: 'content_filter' },
        }),
      ),
      'Apple\n',
      "The answer was cut off by the server's content filter.\n",
    ],
    [
      'a refusal',
      numbered(created, state('completed', { output: [{ ...messageItem(), content: [refused] }] })),
      '',
      "The model refused: I can't help.\n",
    ],
  ])('reports %s', async (_, events, stdout, stderr) => {
    const { ended } = ask('Hi');
    stream(await server.next(), events);

    expect(await ended).toEqual({ code: 0, stdout, stderr });
  });

  it('fails where the response fails, and keeps its text', async () => {
    const { ended } = ask('Hi');
    const error = { code: 'server_error', message: 'Out of order' };
    stream(await server.next(), numbered(created, textDelta('Hel'), state('failed', { error })));

    expect(await ended).toEqual({
      code: 1,
      stdout: 'Hel\n',
      stderr: 'rxllm: Out of order. Try again later.\n',
    });
  });

  it('fails where the answer ends early, and keeps its text', async () => {
    const { ended } = ask('Hi');
    const exchange = await server.next();
    stream(exchange, numbered(created, textDelta('Hel')));
    exchange.end();

    expect(await ended).toEqual({
      code: 1,
      stdout: 'Hel\n',
      stderr: expect.stringMatching(/^rxllm: [^\n]+ The answer is incomplete: try again\.\n$/u) as string,
    });
  });

  it('retries what failed before the answer began', async () => {
    const { ended } = ask('--retries', '1', 'Hi');
    sendJson(await server.next(), 503, { error: { message: 'Oops' } }, { 'retry-after-ms': '1' });
    stream(await server.next(), streams.text);

    expect(await ended).toMatchObject({ code: 0, stdout: 'Apple trees need light.\n' });
  });

  it('stops the request when it is stopped', async () => {
    const { shows, stop } = ask('Hi');
    const exchange = await server.next();
    stream(exchange, numbered(created, textDelta('Hel')));
    await shows('Hel');
    stop();

    expect(await exchange.over).toBe('cut');
  });

  it('works with the local server', async () => {
    expect(await run(['--responses', '-m', 'echo', 'Hello'])).toMatchObject({ code: 0, stdout: 'Hello\n' });
  });
});
