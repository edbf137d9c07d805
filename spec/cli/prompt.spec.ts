import { closeServers, startServer, type LoopbackServer } from '../support/loopback.js';
import { streamText } from './model-server.js';
import { run, type Running, start, turn, useVirtualTime } from './run-here.js';

describe('the prompt', () => {
  const echo = ['-m', 'echo'];

  it('joins the arguments with spaces, and those after -- unchanged', async () => {
    expect(await run([...echo, 'one', '--', 'two  three', '--help'])).toMatchObject({
      code: 0,
      stdout: 'one two  three --help\n',
    });
  });

  it('is standard input to its end', async () => {
    const { stdin, ended } = start(echo, { input: undefined });
    stdin.write('  indented\n');
    stdin.end('zweite Zeile: ä€😀\n\n');

    expect(await ended).toMatchObject({ code: 0, stdout: '  indented\nzweite Zeile: ä€😀\n' });
  });

  it('has the arguments after standard input', async () => {
    const input = 'the text\n';

    expect(await run([...echo, 'Summarise', 'this'], { input })).toMatchObject({
      code: 0,
      stdout: 'the text\n\nSummarise this\n',
    });
  });

  it('is the arguments alone if standard input stays open without data', async () => {
    const { code, stdout, stderr } = await run([...echo, 'Hello'], { input: undefined });

    expect(stdout).toBe('Hello\n');
    expect(stderr).toMatch(/^Nothing on standard input after 2 s: continuing without it \(rxllm - … waits\)\.$/mu);
    expect(code).toBe(0);
  });

  it('must not be blank', async () => {
    expect(await run([' ', '\t'], { input: ' \n\n' })).toEqual({
      code: 2,
      stdout: '',
      stderr: 'rxllm: There is no prompt: pass one as arguments or on standard input. See rxllm --help.\n',
    });
  });

  describe('with input that comes slowly', () => {
    let server: LoopbackServer;

    useVirtualTime();

    beforeEach(async () => {
      server = await startServer();
    });

    afterEach(closeServers);

    const silence = 'Nothing on standard input after 2 s: continuing without it (rxllm - … waits).\n';

    function ask(...words: readonly string[]): Running {
      return start(['--base-url', `${server.url}/v1`, '-m', 'small', ...words], { input: undefined });
    }

    async function write({ stdin }: Running, text: string): Promise<void> {
      stdin.write(text);
      await turn();
    }

    /** Answers the next request, and returns its prompt. */
    async function sent(): Promise<string> {
      const exchange = await server.next();
      streamText(exchange, 'Hello');
      return (JSON.parse(exchange.body) as { messages: readonly [{ content: string }] }).messages[0].content;
    }

    it('is sent when the input ends, with the words after it', async () => {
      const running = ask('the', 'words');
      await write(running, 'a');
      await write(running, 'b');

      expect(server.connections).toBe(0);
      running.stdin.end();
      expect(await sent()).toBe('ab\n\nthe words');
      expect(await running.ended).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });
      expect(running.stdin.destroyed).toBe(true);
    });

    it('is sent without input that does not begin within two seconds', async () => {
      const { stdin, stderr, ended } = ask('words');
      jest.advanceTimersByTime(1999);
      await turn();

      expect(stderr()).toBe('');
      expect(server.connections).toBe(0);
      jest.advanceTimersByTime(1);
      expect(stderr()).toBe(silence);
      expect(stdin.destroyed).toBe(true);
      expect(await sent()).toBe('words');
      expect(await ended).toEqual({ code: 0, stdout: 'Hello\n', stderr: silence });
    });

    it.each([
      ['began in time', ['words'], 1999, 'a', 'ab\n\nwords'],
      ['is awaited because of a dash', ['-', 'words'], 3_600_000, 'a', 'ab\n\nwords'],
      ['is the whole prompt', [], 3_600_000, 'a', 'ab'],
    ])('waits for the end of input that %s', async (_, words, silent, first, prompt) => {
      const running = ask(...words);
      jest.advanceTimersByTime(silent);
      await write(running, first);
      jest.advanceTimersByTime(60_000);
      await write(running, 'b');
      jest.advanceTimersByTime(60_000);
      await turn();

      expect(server.connections).toBe(0);
      running.stdin.end();
      expect(await sent()).toBe(prompt);
      expect(await running.ended).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });
    });

    it('must have input or a word', async () => {
      const { stdin, ended } = ask('-');
      stdin.end();

      expect(await ended).toEqual({
        code: 2,
        stdout: '',
        stderr: 'rxllm: There is no prompt: pass one as arguments or on standard input. See rxllm --help.\n',
      });
    });

    it('fails with the error of the input', async () => {
      const running = ask('words');
      await write(running, 'a');
      running.stdin.destroy(new Error('EIO'));

      expect(await running.ended).toEqual({
        code: 1,
        stdout: '',
        stderr: 'rxllm: Cannot read standard input: EIO.\n',
      });
      expect(server.connections).toBe(0);
    });

    it('closes the input and leaves no timer on unsubscribe', async () => {
      const timers = jest.getTimerCount();
      const { stdin, stderr, stop } = ask('words');
      await turn();
      stop();

      expect(stdin.destroyed).toBe(true);
      expect(jest.getTimerCount()).toBe(timers);
      jest.advanceTimersByTime(2000);
      expect(stderr()).toBe('');
    });
  });
});
