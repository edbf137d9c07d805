import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('the README', () => {
  const root = join(__dirname, '../..');

  /*
   * The console block of the README is what a terminal shows, by these rules: a command is a line that begins with "$ "; the
   * lines below it are what it writes to standard output, then what it writes to standard error; "…" stands for anything
   * inside one line. A command that ends in "&" goes on while the others run; the port is a free one here.
   */
  interface Step {
    readonly command: string;
    readonly output: string;
  }

  const section = /\n## On the command line\n(.*?)\n## /su.exec(readFileSync(join(root, 'README.md'), 'utf8'))![1]!;
  const steps = [.../```console\n(.*?)```/su.exec(section)![1]!.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gmu)].map(
    ([, command, output]): Step => ({ command: command!, output: output! }),
  );

  let folder: string;
  let port: string;
  let environment: Record<string, string>;
  const background: ChildProcess[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rxllm-'));
    const program = join(folder, 'rxllm');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'dist/esm/cli/main.js')}' "$@"\n`);
    chmodSync(program, 0o755);
    environment = { PATH: `${folder}:${process.env['PATH']}` };
    port = await freePort();
  });

  afterAll(() => {
    background.forEach((child) => child.kill('SIGKILL'));
    rmSync(folder, { recursive: true });
  });

  it('shows a command of each kind with its output', () => {
    const commands = steps.map(({ command }) => command).join('\n');

    expect(steps.length).toBeGreaterThan(5);
    for (const part of ['rxllm serve', 'rxllm models', '| rxllm', '-m echo -m', '--json']) {
      expect(commands).toContain(part);
    }
  });

  it.each(steps)('shows what `$command` prints', async ({ command, output }) => {
    const expected = pattern(output);
    const [, name, value] = /^export (\w+)=(\S+)$/u.exec(command) ?? [];
    if (name !== undefined) {
      environment[name] = withPort(value!);
      return;
    }
    const { child, shown, ended } = execute(withPort(command.replace(/ &$/u, '')));
    if (command.endsWith(' &')) {
      background.push(child);
      while (!expected.test(shown())) {
        await Promise.race([once(child.stdout!, 'data'), ended.then(() => expect(shown()).toMatch(expected))]);
      }
    } else {
      await ended;
      expect(shown()).toMatch(expected);
    }
  });

  it('shows a background command that ends on SIGINT', async () => {
    const codes = await Promise.all(
      background.map(async (child) => {
        child.kill('SIGINT');
        return (await once(child, 'close'))[0] as number;
      }),
    );

    expect(codes).toEqual([130]);
    expect(readFileSync(join(folder, 'requests.log'), 'utf8')).toContain(' POST /v1/chat/completions gpt-0 404 ');
  });

  it('names only options that exist', async () => {
    const { ended, shown } = execute('exec rxllm --help');
    await ended;
    const named = section.match(/(?<=\s|`)--[a-z-]+/gu)!;

    expect(named.filter((name) => !shown().includes(name))).toEqual([]);
  });

  function execute(command: string): { child: ChildProcess; shown: () => string; ended: Promise<unknown> } {
    // A single command takes the place of its shell, so that a signal reaches it.
    const line = command.includes('|') || command.startsWith('exec ') ? command : `exec ${command}`;
    const child = spawn('sh', ['-c', line], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const written = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text));
    return { child, shown: () => written.stdout + written.stderr, ended: once(child, 'close') };
  }

  function pattern(output: string): RegExp {
    const parts = withPort(output).split('…');
    return new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/gu, '\\$&')).join('.*')}$`, 'u');
  }

  function withPort(text: string): string {
    return text.replaceAll('8080', port);
  }

  async function freePort(): Promise<string> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port: free } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return String(free);
  }
});
