import { DOCUMENT, inject, Injectable } from '@angular/core';
import createPurifier, { type DOMPurify } from 'dompurify';
import { Marked, type Token } from 'marked';
import { createCopyButton } from './copy-button';

/** What a reply may be made of: text, its structure, and links. Nothing here loads anything by itself. */
const tags = [
  ...['h4', 'h5', 'h6', 'p', 'br', 'hr', 'blockquote', 'ul', 'ol', 'li'],
  ...['a', 'strong', 'em', 'del', 'code', 'pre', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
];

/**
 * Renders Markdown that nobody has checked. HTML in it is shown as text and images as links; then DOMPurify removes all
 * that is not on the list above, should Markdown have a way that we do not know of.
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
      // The page's own headings end with that of the reply, the third.
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

  /** Reads Markdown to its end, into the tokens of its blocks. */
  read(text: string): readonly Token[] {
    return this.marked.lexer(text);
  }

  /** @param isComplete Whether the block will not change, so that its code is worth copying. */
  render(block: Token, isComplete: boolean): DocumentFragment {
    const fragment = this.purifier.sanitize(this.marked.parser([block]), {
      RETURN_DOM_FRAGMENT: true,
      ALLOWED_TAGS: tags,
      ALLOWED_ATTR: ['href', 'title', 'start', 'align', 'class', 'target', 'rel'],
      ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/iu,
      ALLOW_ARIA_ATTR: false,
      ALLOW_DATA_ATTR: false,
    });
    fragment.querySelectorAll('pre').forEach((code) => this.frame(code, 'code-block', isComplete));
    fragment.querySelectorAll('table').forEach((table) => this.frame(table, 'table-block', false));
    return fragment;
  }

  /** Puts what may be wider than the screen into a frame that scrolls, for the keyboard too. */
  private frame(element: HTMLElement, name: string, hasCopyButton: boolean): void {
    const frame = this.document.createElement('div');
    const scroller = this.document.createElement('div');
    frame.className = name;
    scroller.className = 'scroller';
    scroller.tabIndex = 0;
    element.replaceWith(frame);
    scroller.append(element);
    frame.append(scroller, ...(hasCopyButton ? [createCopyButton(this.document, element)] : []));
  }
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
