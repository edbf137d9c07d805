import { createMarkdown, show, textOf } from '../../testing/show-markdown';

const rich = `# Title

First *paragraph*
of two lines

- one
- two

  with more

1. a
   \`\`\`ts
   const answer = 42;
   \`\`\`

> quoted

| a | b |
| - | - |
| 1 | 2 |

See [the site][1].

\`\`\`
code with

a gap
\`\`\`

[1]: https://example.com "A site"
`;

// So many parses may take longer than the runner's default of five seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe('MarkdownText', () => {
  it('renders the same, however the text arrived in pieces', () => {
    const atOnce = show(createMarkdown(), rich, true).innerHTML;
    const host = createMarkdown();
    for (let end = 1; end < rich.length; end += 3) {
      const growing = show(host, rich.slice(0, end), false);
      // From there on the text has a reference link, whose address comes at the end.
      if (end % 5 === 0 && end < rich.indexOf('See')) {
        expect(growing.innerHTML).toBe(show(createMarkdown(), rich.slice(0, end), false).innerHTML);
      }
    }

    expect(show(host, rich, true).innerHTML).toBe(atOnce);
    expect(atOnce).toContain('<h4>Title</h4>');
    expect(atOnce).toContain('href="https://example.com"');
  });

  it('keeps complete blocks while the text grows', () => {
    const host = createMarkdown();
    const before = [...show(host, 'First\n\nSecond\n\nThi', false).children];
    const after = [...show(host, 'First\n\nSecond\n\nThird and more', false).children];

    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBe(before[1]);
    expect(after.map(textOf)).toEqual(['First', 'Second', 'Third and more']);
  });

  it('keeps blocks that the end of the text does not change, with selection and focus', () => {
    const host = createMarkdown();
    const text = 'See [the site][1].\n\n```\nconst a = 1;\n```\n\n| a |\n| - |\n| 1 |\n\nLast words';
    document.body.append(host.nativeElement as Element);
    const element = show(host, text, false);
    const before = [...element.children];
    const button = element.querySelector('button');
    button?.focus();
    document.getSelection()?.selectAllChildren(before[3] ?? element);

    show(host, text, true);
    expect([...element.children].map((block, place) => block === before[place])).toEqual([true, true, true, true]);
    expect(document.activeElement).toBe(button);
    expect(String(document.getSelection()).trim()).toBe('Last words');

    show(host, `${text}\n\n[1]: https://example.com`, true);
    expect([...element.children].map((block, place) => block === before[place])).toEqual([false, true, true, true]);
    expect(element.querySelector('a')?.href).toBe('https://example.com/');
  });

  it('adds a copy button to the last code block once the text is finished', () => {
    const host = createMarkdown();
    const growing = show(host, '```\nconst a = 1;\n```', false).querySelector('pre');

    const element = show(host, '```\nconst a = 1;\n```', true);

    expect(element.querySelector('pre')).toBe(growing);
    expect(element.querySelectorAll('button')).toHaveLength(1);
  });

  it('starts over when the text is replaced', () => {
    const host = createMarkdown();
    show(host, 'Some\n\nold\n\ntext', false);

    expect(textOf(show(host, 'New', false))).toBe('New');
  });

  const attacks = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg/onload=alert(1)><svg><animate onbegin=alert(1)>',
    '<iframe src="https://evil.test"></iframe><object data="https://evil.test"></object>',
    '<style>@import "https://evil.test/a.css"</style><link rel=stylesheet href=https://evil.test>',
    '![pixel](https://evil.test/pixel.png "t") ![][p]\n\n[p]: https://evil.test/pixel.png',
    '![a](x"onerror="alert(1))',
    '[run](javascript:alert(1)) [run](JaVaScRiPt&#58;alert(1)) [run](<java\tscript:alert(1)>)',
    '[run](data:text/html;base64,PHNjcmlwdD4=) [run](vbscript:x) [run](file:///etc/passwd) [run](/logout)',
    '[text](https://example.com "x\\" onmouseover=\\"alert(1)")',
    '<a href="javascript:alert(1)">run</a> <https://example.com/"onclick="alert(1)>',
    '```"><img/src/onerror=alert(1)>\ncode <script>alert(1)</script>\n```',
    '`<img src=x onerror=alert(1)>` **<b onclick=alert(1)>** | <td background=//evil.test> |',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<form action="https://evil.test"><input name=body><button formaction="javascript:alert(1)">',
  ];

  it.each(attacks)('runs and loads nothing: %s', (attack) => {
    const host = createMarkdown();
    for (let end = 1; end <= attack.length; end++) {
      const element = show(host, attack.slice(0, end), end === attack.length);
      for (const found of element.querySelectorAll('*')) {
        expect(found.localName).toMatch(
          /^(?:div|h[456]|p|br|hr|blockquote|ul|ol|li|a|strong|em|del|code|pre|table|thead|tbody|tr|th|td|button)$/u,
        );
        for (const { name, value } of found.attributes) {
          expect(name).toMatch(/^(?:href|title|start|align|class|target|rel|tabindex|type)$/u);
          if (name === 'href') {
            expect(value).toMatch(/^(?:https?:\/\/|mailto:)/u);
          }
        }
      }
    }
  });

  it('opens links in a new tab without access to this page', () => {
    const link = show(createMarkdown(), '[site](https://example.com) and <me@example.com>', true).querySelector('a');

    expect(link?.target).toBe('_blank');
    expect(link?.rel).toBe('noopener noreferrer nofollow');
  });

  it('copies the code of a complete block', async () => {
    const written: string[] = [];
    vi.stubGlobal('navigator', { clipboard: { writeText: (text: string) => Promise.resolve(written.push(text)) } });
    const host = createMarkdown();

    expect(show(host, '```ts\nconst a = 1;', false).querySelector('button')).toBeNull();
    const button = show(host, '```ts\nconst a = 1;\n```', true).querySelector('button');
    button?.click();
    await vi.waitFor(() => expect(button?.textContent).toBe('Copied'));

    expect(written).toEqual(['const a = 1;\n']);
    vi.unstubAllGlobals();
  });
});
