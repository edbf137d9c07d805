import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalServer, startLocalServer } from '../../src/local/index.js';
import { chatBody, post, readEvents, useLocalServer, type Fields } from './local-server.js';

describe('the docs model', () => {
  const fixture = join(__dirname, '../fixtures/docs-corpus');
  // A copy of this package as installed, with other documentation.
  const copy = mkdtempSync(join(tmpdir(), 'docs-'));
  let start: typeof startLocalServer;
  let server: LocalServer;

  beforeAll(async () => {
    const root = join(__dirname, '../..');
    cpSync(join(root, 'dist/cjs'), join(copy, 'dist/cjs'), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    writeFileSync(join(copy, 'package.json'), '{"name":"rxllm"}');
    cpSync(fixture, copy, { recursive: true });
    ({ startLocalServer: start } = (await import(join(copy, 'dist/cjs/local/index.js'))) as {
      startLocalServer: typeof startLocalServer;
    });
    server = await start({ tokensPerSecond: 0 });
  });

  afterAll(async () => {
    await server.close();
    rmSync(copy, { recursive: true });
  });

  async function ask(prompt: string, { url } = server): Promise<string> {
    const response = await post(`${url}/chat/completions`, chatBody(prompt, { model: 'docs' }));
    const { choices } = (await response.json()) as { choices: readonly { message: { content: string } }[] };
    return choices[0]!.message.content;
  }

  const sourcesIn = (answer: string): string[] =>
    [...answer.matchAll(/^\*\*((?:README\.md|examples\/).*)\*\*$/gmu)].map(([, source = '']) => source);

  const introduction =
    'I am not a language model: I search the documentation of rxllm, and quote what fits your question.';
  const retrySection = 'README.md › Errors › Retry on rate limits';
  const retryExample = 'examples/02-retry-on-rate-limits.ts';

  it.each([
    ['How do I retry on rate limits?', [retrySection, retryExample]],
    ['how can i retry when i get rate limited', [retrySection, retryExample]],
    ['retries', [retrySection, retryExample]],
    ['retryOnRateLimit', [retrySection, retryExample]],
    ['How do I stream text?', ['README.md › Stream text', 'examples/01-stream-text.ts']],
    ['What does textDeltas do?', ['README.md › Stream text']],
    ['How do I cancel a request?', ['README.md › Cancel a request']],
    ['cancle a reqest', ['README.md › Cancel a request']],
    ['How can I abort?', ['README.md › Cancel a request']],
    ['switchMap', ['README.md › Cancel a request', 'examples/03-newest-prompt-wins.ts']],
    ['expectObservable', ['README.md › Test with marbles']],
    ['Does it work in Angular?', ['README.md › Angular']],
    ['What is rxllm?', ['README.md › rxllm']],
    ['retry on kubernetes', [retrySection, retryExample]],
    ['Does it work in Angular on zebras?', ['README.md › Angular']],
    ['What kinds of deadlines are there?', ['README.md › Errors › Deadlines']],
    ['How do I get the whole message?', ['README.md › Messages and tools']],
  ])('finds the answer to "%s"', async (question, sources) => {
    expect(sourcesIn(await ask(question))).toEqual(sources);
  });

  it.each([
    'What is the capital of France?',
    'Why is the sky blue?',
    'Write me a poem about the sea',
    'What is the speed of light?',
    'Translate hello into German',
    'Is the server at this restaurant friendly?',
    'Which stream has trout, salmon and pike?',
    'How do I do this, and what should I use?',
    'What kinds of things are there?',
    'azure',
    'hello',
    '日本の首都はどこですか',
    '',
  ])('finds nothing for "%s", and suggests questions', async (question) => {
    expect(await ask(question)).toBe(
      [
        introduction,
        'Nothing in it fits your question.',
        'Try one of these:',
        '- How do I stream text and print it as it comes?\n- How do I retry on rate limits?\n- How do I let the newest prompt win?',
      ].join('\n\n'),
    );
  });

  it('says that it is not a language model, then quotes a section and an example with their code', async () => {
    expect(await ask('How do I retry on rate limits?')).toBe(
      [
        introduction,
        `**${retrySection}**`,
        '`retryOnRateLimit()` waits as long as the server asks, then subscribes again. It never\n' +
          'retries once text has arrived, so nothing is shown twice.',
        '```ts\nclient.chat(request).pipe(retryOnRateLimit({ count: 3 }), textDeltas());\n```',
        `**${retryExample}**`,
        'How do I retry on rate limits?',
        'Wait as long as a busy server asks, then try again: three times at most.',
        "```ts\nimport { of, retry } from 'rxjs';\n\nof('Hello')\n  .pipe(retry({ count: 3, delay: 1000 }))" +
          '\n  .subscribe();\n```',
      ].join('\n\n'),
    );
  });

  it.each([
    ['a comment that looks like a heading', 'How do I install it?', '# not a heading: this is a comment'],
    ['a fence inside a longer one', 'the whole message', '````md\n```ts\na fence inside a fence\n```\n````'],
    ['marbles inside a doc comment', 'newest prompt wins', '```text\nprompts: a---b----\nreplies: -a-a-b-b|\n```'],
  ])('keeps a code block whole that has %s', async (_, question, code) => {
    expect(await ask(question)).toContain(code);
  });

  it('streams pieces about the length of words', async () => {
    const body = chatBody('retry', { model: 'docs', stream: true });
    const { objects } = await readEvents(await post(`${server.url}/chat/completions`, body));
    const pieces = objects
      .flatMap(({ choices }) => choices as readonly { readonly delta: Fields }[])
      .map(({ delta }) => delta['content']);

    // The first chunk has the role and no text.
    expect(pieces.slice(1, 6)).toEqual(['I', ' am', ' not', ' a', ' language']);
  });

  describe('with other documentation', () => {
    const write = (files: Readonly<Record<string, string>>): void => {
      rmSync(join(copy, 'README.md'), { force: true });
      rmSync(join(copy, 'examples'), { recursive: true });
      mkdirSync(join(copy, 'examples'));
      Object.entries(files).forEach(([name, text]) => writeFileSync(join(copy, name), text));
    };
    const askAbout = async (files: Readonly<Record<string, string>>, question: string): Promise<string> => {
      write(files);
      const other = await start({ tokensPerSecond: 0 });
      const answer = await ask(question, other);
      await other.close();
      return answer;
    };

    it('reads it once, at the first question', async () => {
      write({});
      const other = await start({ tokensPerSecond: 0 });
      write({ 'README.md': '# Retry\n\nFirst.' });

      expect(await ask('retry', other)).toContain('First.');
      write({ 'README.md': '# Retry\n\nSecond.' });
      expect(await ask('retry', other)).toContain('First.');
      await other.close();
    });

    it('suggests nothing if it is empty', async () => {
      expect(await askAbout({}, 'How do I retry?')).toBe(`${introduction}\n\nNothing in it fits your question.`);
    });

    it('suggests its sections if no example asks a question', async () => {
      const answer = await askAbout({ 'README.md': '# Start\n\nHello.\n\n## Go on\n\nBye.' }, 'zebra');

      expect(answer).toMatch(/\n\n- Start\n- Go on$/u);
    });

    it('quotes the best example after the best sections', async () => {
      const sections = ['Retry', 'Retry again', 'Retry once more', 'Retry for ever'];
      const answer = await askAbout(
        {
          'README.md': sections.map((title) => `## ${title}\n\nHow to retry, and why to retry.`).join('\n\n'),
          'examples/1-patience.ts': '/* Patience: wait, then retry. */\nretry();',
        },
        'retry',
      );

      expect(sourcesIn(answer)).toEqual(['README.md › Retry', 'README.md › Retry again', 'examples/1-patience.ts']);
    });

    it('leaves out the end of a long section, with a note', async () => {
      const paragraph = 'Retrying takes patience.\n'.repeat(40).trim();
      const code = '```ts\nretry();\n```';
      const answer = await askAbout({ 'README.md': `# Retry\n\n${`${paragraph}\n\n${code}\n\n`.repeat(4)}` }, 'retry');

      expect(answer.split('\n\n').slice(2)).toEqual([paragraph, code, paragraph, code, '(More at the source.)']);
    });

    it('quotes the beginning of a long program', async () => {
      const answer = await askAbout({ 'examples/1-retry.ts': 'retry();\n'.repeat(400) }, 'retry');

      expect(answer.length).toBeLessThan(3000);
      expect(answer).toMatch(/^```ts\n(?:retry\(\);\n)+```\n\n\(More at the source\.\)$/mu);
    });

    it('quotes the beginning of a long paragraph', async () => {
      const answer = await askAbout({ 'README.md': `# Retry\n${'again and again '.repeat(400)}` }, 'retry');

      expect(answer.length).toBeLessThan(3000);
      expect(answer).toMatch(/…\n\n\(More at the source\.\)$/u);
    });

    it('puts a longer fence around a program that contains a fence', async () => {
      const answer = await askAbout({ 'examples/1-retry.ts': 'const code = `\n```js\n`;' }, 'retry');

      expect(answer).toContain('````ts\nconst code = `\n```js\n`;\n````');
    });

    it.each(['', '\n\n', '# Retry', '```', '~~~\n# a', '/**', '/** */', '####### seven', '```a`b'])(
      'accepts %j as a file',
      async (text) => {
        expect(await askAbout({ 'README.md': text, 'examples/1-retry.ts': text }, 'retry')).toContain(introduction);
      },
    );
  });

  describe('of this package', () => {
    const own = useLocalServer();

    it('answers from its files', async () => {
      const response = await post(`${own()}/chat/completions`, chatBody('What is rxllm?', { model: 'docs' }));

      expect(response.status).toBe(200);
      expect(await response.text()).toContain('I am not a language model');
    });
  });
});
