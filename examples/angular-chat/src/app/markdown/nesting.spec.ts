import { createMarkdown, show, textOf } from '../../testing/show-markdown';

// This may take longer than the runner's default of five seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const tooMuch: Readonly<Record<string, string>> = {
  'a quote 4,000 levels deep': `${'>'.repeat(4000)} x`,
  'a list 1,500 levels deep': Array.from({ length: 1500 }, (_, level) => `${'  '.repeat(level)}- x\n`).join(''),
  'a list 500 levels deep in a quote': Array.from({ length: 500 }, (_, level) => `> ${'  '.repeat(level)}- x\n`).join(
    '',
  ),
  'a list 4,000 levels deep in one line': `${'- '.repeat(4000)}x`,
  '50,000 stars': `${'*'.repeat(50_000)}x${'*'.repeat(50_000)}`,
  'emphasis 5,000 levels deep': `${'**a '.repeat(5000)}x${'b** '.repeat(5000)}`,
  'links in links': `${'['.repeat(25_000)}x${'](b)'.repeat(25_000)}`,
};

describe('deeply nested Markdown', () => {
  it.each(Object.keys(tooMuch))('shows the text of %s, and the Markdown around it', (name) => {
    const text = `**Before**\n\n${tooMuch[name]}\n\n**After**`;
    const host = createMarkdown();
    show(host, text.slice(0, -20), false);

    const element = show(host, text, true);

    expect(element.textContent).toContain('x');
    expect([...element.querySelectorAll('strong')].map(textOf)).toEqual(['Before', 'After']);
  });

  it('renders lists and emphasis at depths that people write', () => {
    const list = Array.from({ length: 20 }, (_, level) => `${'  '.repeat(level)}- **level** *${level}*\n`).join('');
    const code = `\`\`\`\n${'call(*first, **others)\n'.repeat(500)}\`\`\``;

    const element = show(createMarkdown(), `${list}\n${'a **bold** word, '.repeat(500)}\n\n${code}`, true);

    expect(element.querySelectorAll('ul')).toHaveLength(20);
    expect(element.querySelectorAll('strong')).toHaveLength(520);
    expect(element.querySelectorAll('pre')).toHaveLength(1);
  });
});
