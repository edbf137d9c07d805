import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { MarkdownText } from './markdown-text';

@Component({
  imports: [MarkdownText],
  template: `<div [chatMarkdown]="text()" [isFinished]="isFinished()"></div>`,
})
class Host {
  readonly text = signal('');
  readonly isFinished = signal(false);
}

/** Shows a text, and gives the element it is in. */
function show(host: ReturnType<typeof create>, text: string, isFinished: boolean): Element {
  host.componentInstance.text.set(text);
  host.componentInstance.isFinished.set(isFinished);
  host.detectChanges();
  return (host.nativeElement as Element).children[0] ?? host.nativeElement;
}

function create() {
  return TestBed.createComponent(Host);
}

function textOf(element: Element): string {
  return element.textContent.replace(/\s+/gu, ' ').trim();
}

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

// A busy machine may need longer than the runner's five seconds for so many parses.
vi.setConfig({ testTimeout: 60_000 });

it('shows the same, however the text came', () => {
  const atOnce = show(create(), rich, true).innerHTML;
  const host = create();
  for (let end = 1; end < rich.length; end += 3) {
    const growing = show(host, rich.slice(0, end), false);
    // Then comes a link, whose address is known at the end.
    if (end % 5 === 0 && end < rich.indexOf('See')) {
      expect(growing.innerHTML).toBe(show(create(), rich.slice(0, end), false).innerHTML);
    }
  }

  expect(show(host, rich, true).innerHTML).toBe(atOnce);
  expect(atOnce).toContain('<h4>Title</h4>');
  expect(atOnce).toContain('href="https://example.com"');
});

it('leaves alone what is complete while the text grows', () => {
  const host = create();
  const before = [...show(host, 'First\n\nSecond\n\nThi', false).children];
  const after = [...show(host, 'First\n\nSecond\n\nThird and more', false).children];

  expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
  expect(after[0]).toBe(before[0]);
  expect(after[1]).toBe(before[1]);
  expect(after.map(textOf)).toEqual(['First', 'Second', 'Third and more']);
});

it('begins anew when another text takes its place', () => {
  const host = create();
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

it.each(attacks)('neither runs nor loads anything: %s', (attack) => {
  const host = create();
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

const tooMuch: Readonly<Record<string, string>> = {
  'a quote 4,000 levels deep': `${'>'.repeat(4000)} x`,
  'a list 1,500 levels deep': Array.from({ length: 1500 }, (_, level) => `${'  '.repeat(level)}- x\n`).join(''),
  'a list that is as deep in a quote': Array.from({ length: 500 }, (_, level) => `> ${'  '.repeat(level)}- x\n`).join(
    '',
  ),
  'a list 4,000 levels deep in one line': `${'- '.repeat(4000)}x`,
  '50,000 stars': `${'*'.repeat(50_000)}x${'*'.repeat(50_000)}`,
  'emphasis 5,000 levels deep': `${'**a '.repeat(5000)}x${'b** '.repeat(5000)}`,
  'links in links': `${'['.repeat(25_000)}x${'](b)'.repeat(25_000)}`,
};

it.each(Object.keys(tooMuch))('shows the text of %s, and the Markdown around it', (name) => {
  const text = `**Before**\n\n${tooMuch[name]}\n\n**After**`;
  const host = create();
  show(host, text.slice(0, -20), false);

  const element = show(host, text, true);

  expect(element.textContent).toContain('x');
  expect([...element.querySelectorAll('strong')].map(textOf)).toEqual(['Before', 'After']);
});

it('shows lists and emphasis as deep as people write them', () => {
  const list = Array.from({ length: 20 }, (_, level) => `${'  '.repeat(level)}- **level** *${level}*\n`).join('');
  const code = `\`\`\`\n${'call(*first, **others)\n'.repeat(500)}\`\`\``;

  const element = show(create(), `${list}\n${'a **bold** word, '.repeat(500)}\n\n${code}`, true);

  expect(element.querySelectorAll('ul')).toHaveLength(20);
  expect(element.querySelectorAll('strong')).toHaveLength(520);
  expect(element.querySelectorAll('pre')).toHaveLength(1);
});

it('opens links in a tab that knows nothing of this page', () => {
  const link = show(create(), '[site](https://example.com) and <me@example.com>', true).querySelector('a');

  expect(link?.target).toBe('_blank');
  expect(link?.rel).toBe('noopener noreferrer nofollow');
});

it('copies the code of a block that is complete', async () => {
  const written: string[] = [];
  vi.stubGlobal('navigator', { clipboard: { writeText: (text: string) => Promise.resolve(written.push(text)) } });
  const host = create();

  expect(show(host, '```ts\nconst a = 1;', false).querySelector('button')).toBeNull();
  const button = show(host, '```ts\nconst a = 1;\n```', true).querySelector('button');
  button?.click();
  await vi.waitFor(() => expect(button?.textContent).toBe('Copied'));

  expect(written).toEqual(['const a = 1;\n']);
  vi.unstubAllGlobals();
});
