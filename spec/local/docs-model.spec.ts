import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, reduce, toArray } from 'rxjs';
import { docsModel } from '../../src/local/docs/docs-model.js';
import { chatBody, post, useLocalServer } from './local-server.js';

describe('the docs model', () => {
  const corpus = join(__dirname, '../fixtures/docs-corpus');
  const model = docsModel(() => corpus);
  const ask = (prompt: string, answerer = model): Promise<string> =>
    lastValueFrom(
      answerer({ operation: 'chat', model: 'docs', messages: [], prompt, body: {} }).pipe(
        reduce((text, piece) => text + piece, ''),
      ),
    );
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
    const pieces = await lastValueFrom(
      model({ operation: 'chat', model: 'docs', messages: [], prompt: 'retry', body: {} }).pipe(toArray()),
    );

    expect(pieces.slice(0, 5)).toEqual(['I', ' am', ' not', ' a', ' language']);
  });

  it('reads the documentation once, at the first question', async () => {
    const root = jest.fn(() => corpus);
    const lazy = docsModel(root);

    expect(root).not.toHaveBeenCalled();
    await ask('retry', lazy);
    await ask('cancel', lazy);
    expect(root).toHaveBeenCalledTimes(1);
  });

  describe('with other documentation', () => {
    const askAbout = async (files: Readonly<Record<string, string>>, question: string): Promise<string> => {
      const root = mkdtempSync(join(tmpdir(), 'docs-'));
      mkdirSync(join(root, 'examples'));
      Object.entries(files).forEach(([name, text]) => writeFileSync(join(root, name), text));
      const answer = await ask(
        question,
        docsModel(() => root),
      );
      rmSync(root, { recursive: true });
      return answer;
    };

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

  describe('on a server', () => {
    const url = useLocalServer();

    it('answers from the files of this package', async () => {
      const response = await post(`${url()}/chat/completions`, chatBody('What is rxllm?', { model: 'docs' }));

      expect(response.status).toBe(200);
      expect(await response.text()).toContain('I am not a language model');
    });
  });
});
