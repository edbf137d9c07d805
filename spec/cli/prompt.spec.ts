import { UsageError } from '../../src/cli/errors.js';
import { toPrompt } from '../../src/cli/terminal/input.js';
import { runMarbles } from '../support/run-marbles.js';
import { run, start } from './rxllm.js';

describe('the prompt', () => {
  const echo = ['-m', 'echo'];

  it('joins the arguments with spaces, and those after -- unchanged', async () => {
    expect(await run([...echo, 'one', '--', 'two  three', '--help'])).toMatchObject({
      code: 0,
      stdout: 'one two  three --help\n',
    });
  });

  it('is standard input to its end', async () => {
    const { child, ended } = start(echo, { input: undefined });
    child.stdin.write('  indented\n');
    child.stdin.end('zweite Zeile: ä€😀\n\n');

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

  const onSilence = jest.fn();

  beforeEach(() => onSilence.mockClear());

  it('is emitted when the input ends, with the words after it', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const input = cold('  --a--b-|   ');
      const inputSubs = '   ^------!   ';
      const expected = '    -------(x|)';

      expectObservable(input.pipe(toPrompt({ words: ['the', 'words'], onSilence }))).toBe(expected, {
        x: 'ab\n\nthe words',
      });
      expectSubscriptions(input.subscriptions).toBe(inputSubs);
    });
  });

  it('is made without input that does not begin within two seconds', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const input = cold('  2001ms a-| ');
      const inputSubs = '   ^ 1999ms !   ';
      const expected = '    2000ms (x|)';

      expectObservable(input.pipe(toPrompt({ words: ['words'], onSilence }))).toBe(expected, { x: 'words' });
      expectSubscriptions(input.subscriptions).toBe(inputSubs);
    });
    expect(onSilence).toHaveBeenCalledTimes(1);
  });

  it('waits for the end of input that began in time', () => {
    runMarbles(({ cold, expectObservable }) => {
      const input = cold('  1999ms a 1m b 1m |   ');
      const expected = '    1999ms - 1m - 1m (x|)';

      expectObservable(input.pipe(toPrompt({ words: ['words'], onSilence }))).toBe(expected, { x: 'ab\n\nwords' });
    });
    expect(onSilence).not.toHaveBeenCalled();
  });

  it('waits for input without a limit if the first word is a dash', () => {
    runMarbles(({ cold, expectObservable }) => {
      const input = cold('  60m a|   ');
      const expected = '    60m -(x|)';

      expectObservable(input.pipe(toPrompt({ words: ['-', 'words'], onSilence }))).toBe(expected, { x: 'a\n\nwords' });
    });
  });

  it('waits for input without a limit if there are no words', () => {
    runMarbles(({ cold, expectObservable }) => {
      const input = cold('  60m a|   ');
      const expected = '    60m -(x|)';

      expectObservable(input.pipe(toPrompt({ words: [], onSilence }))).toBe(expected, { x: 'a' });
    });
  });

  it('must have input or a word', () => {
    runMarbles(({ cold, expectObservable }) => {
      const input = cold('  --|');
      const expected = '    --#';

      expectObservable(input.pipe(toPrompt({ words: ['-'], onSilence }))).toBe(
        expected,
        undefined,
        new UsageError('There is no prompt: pass one as arguments or on standard input'),
      );
    });
  });

  it('fails with the error of the input', () => {
    runMarbles(({ cold, expectObservable }) => {
      const input = cold('  -a-#');
      const expected = '    ---#';

      expectObservable(input.pipe(toPrompt({ words: ['words'], onSilence }))).toBe(expected);
    });
  });

  it('closes the input and leaves no timer on unsubscribe', () => {
    runMarbles(({ hot, expectObservable, expectSubscriptions }) => {
      const input = hot('   -------');
      const unsub = '       --!    ';
      const inputSubs = '   ^-!    ';
      const expected = '    -------';

      expectObservable(input.pipe(toPrompt({ words: ['words'], onSilence })), unsub).toBe(expected);
      expectSubscriptions(input.subscriptions).toBe(inputSubs);
    });
    expect(onSilence).not.toHaveBeenCalled();
  });
});
