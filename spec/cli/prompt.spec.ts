import { run, start } from './rxllm.js';

const echo = ['-m', 'echo'];

it('joins the arguments by spaces, and takes those after -- as they are', async () => {
  expect(await run([...echo, 'one', '--', 'two  three', '--help'])).toMatchObject({
    code: 0,
    stdout: 'one two  three --help\n',
  });
});

it('reads standard input to its end', async () => {
  const { child, ended } = start(echo, { input: undefined });
  child.stdin.write('  indented\n');
  child.stdin.end('zweite Zeile: ä€😀\n\n');

  expect(await ended).toMatchObject({ code: 0, stdout: '  indented\nzweite Zeile: ä€😀\n' });
});

it('puts the arguments below standard input', async () => {
  const input = 'the text\n';

  expect(await run([...echo, 'Summarise', 'this'], { input })).toMatchObject({
    code: 0,
    stdout: 'the text\n\nSummarise this\n',
  });
});

it('goes on with the arguments when standard input is left open and says nothing', async () => {
  const { code, stdout, stderr } = await run([...echo, 'Hello'], { input: undefined });

  expect(stdout).toBe('Hello\n');
  expect(stderr).toMatch(/^Nothing came on standard input in 2 s: going on without it \(rxllm - … would wait\)\.$/mu);
  expect(code).toBe(0);
});

it('refuses a prompt of white space', async () => {
  expect(await run([' ', '\t'], { input: ' \n\n' })).toEqual({
    code: 2,
    stdout: '',
    stderr: 'rxllm: There is no prompt: give one as arguments, or on standard input. See rxllm --help.\n',
  });
});
