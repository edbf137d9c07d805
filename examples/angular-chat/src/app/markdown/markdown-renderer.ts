import { DOCUMENT, inject, Injectable } from '@angular/core';
import createPurifier, { type DOMPurify } from 'dompurify';
import { Lexer, Marked, type Token, type Tokens } from 'marked';
import { createCopyButton } from './copy-button';
import { isTooTangled, partsOf } from './nesting';

/** The elements that a reply may contain: text, its structure, and links. None of them loads anything by itself. */
const tags = [
  ...['h4', 'h5', 'h6', 'p', 'br', 'hr', 'blockquote', 'ul', 'ol', 'li'],
  ...['a', 'strong', 'em', 'del', 'code', 'pre', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
];

/**
 * Renders untrusted Markdown. HTML is shown as text and images as links; as a second line of defence DOMPurify removes
 * every element not listed above. Markdown that would keep the parser busy or overflow its stack is shown as plain text.
 */
@Injectable({ providedIn: 'root' })
export class MarkdownRenderer {
  private readonly document = inject(DOCUMENT);
  private readonly marked = new Marked({
    gfm: true,
    renderer: {
      html: (token) => {
        const text = escapeHtml(token.text);
        return token.type === 'html' && token.block === true ? `<p>${text}</p>` : text;
      },
      // The page itself uses h1 to h3; the reply's heading is an h3.
      heading({ tokens, depth }) {
        const level = Math.min(depth + 3, 6);
        return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
      },
      image: ({ href, text }) => `<a href="${escapeHtml(href)}">${escapeHtml(text || 'image')}</a>`,
      checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
    },
  });
  private readonly purifier = createPurifier(this.document.defaultView ?? undefined);

  constructor() {
    limitAttributes(this.purifier);
  }

  /** Parses Markdown into the tokens of its blocks. */
  read(text: string): readonly Token[] {
    return partsOf(text).flatMap((part) => (part.isTooDeep ? [plain(part.text)] : this.readPart(part.text)));
  }

  /** @param isComplete Whether the block will not change any more; then its code gets a copy button. */
  render(block: Token, isComplete: boolean): DocumentFragment {
    const fragment = this.purifier.sanitize(this.write(block), {
      RETURN_DOM_FRAGMENT: true,
      ALLOWED_TAGS: tags,
      ALLOWED_ATTR: ['href', 'title', 'start', 'align', 'class', 'target', 'rel'],
      ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/iu,
      ALLOW_ARIA_ATTR: false,
      ALLOW_DATA_ATTR: false,
    });
    fragment.querySelectorAll('pre').forEach((code) => this.frame(code, 'code-block'));
    fragment.querySelectorAll('table').forEach((table) => this.frame(table, 'table-block'));
    if (isComplete) {
      this.complete(fragment);
    }
    return fragment;
  }

  /** Adds the copy buttons of a block that will not change any more. */
  complete(block: ParentNode): void {
    block.querySelectorAll('.code-block pre').forEach((code) => {
      code.closest('.code-block')?.append(createCopyButton(this.document, code));
    });
  }

  private readPart(text: string): readonly Token[] {
    try {
      const lexer = new Lexer(this.marked.defaults);
      lexer.blockTokens(text, lexer.tokens);
      for (const { src, tokens } of lexer.inlineQueue) {
        if (isTooTangled(src)) {
          tokens.push(plainText(src));
        } else {
          lexer.inlineTokens(src, tokens);
        }
      }
      return lexer.tokens;
    } catch {
      return [plain(text)];
    }
  }

  private write(block: Token): string {
    try {
      return this.marked.parser([block]);
    } catch {
      return this.marked.parser([plain(block.raw)]);
    }
  }

  /** Wraps an element that may be wider than the screen in a container that scrolls, with the keyboard too. */
  private frame(element: HTMLElement, name: string): void {
    const frame = this.document.createElement('div');
    const scroller = this.document.createElement('div');
    frame.className = name;
    scroller.className = 'scroller';
    scroller.tabIndex = 0;
    element.replaceWith(frame);
    scroller.append(element);
    frame.append(scroller);
  }
}

/** Creates a paragraph of plain text. */
function plain(text: string): Tokens.Paragraph {
  return { type: 'paragraph', raw: text, text, tokens: [plainText(text)] };
}

function plainText(text: string): Tokens.Text {
  return { type: 'text', raw: text, text, escaped: false };
}

function limitAttributes(purifier: DOMPurify): void {
  purifier.addHook('uponSanitizeAttribute', (_, data) => {
    if (data.attrName === 'class' && !/^language-[\w.+#-]+$/u.test(data.attrValue)) {
      data.keepAttr = false;
    }
  });
  purifier.addHook('afterSanitizeAttributes', (element) => {
    if (element.tagName === 'A') {
      element.setAttribute('target', '_blank');
      element.setAttribute('rel', 'noopener noreferrer nofollow');
    }
  });
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/gu, (character) => entities[character] ?? '');
}
