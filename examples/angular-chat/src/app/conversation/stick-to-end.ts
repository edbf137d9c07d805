import { DestroyRef, Directive, ElementRef, inject } from '@angular/core';

/** Keeps an element scrolled to its end while its content grows, unless the user has scrolled away. */
@Directive({ selector: '[chatStickToEnd]', exportAs: 'chatStickToEnd', host: { '(scroll)': 'look()' } })
export class StickToEnd {
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private isAtEnd = true;

  constructor() {
    const observer = new MutationObserver(() => this.follow());
    observer.observe(this.element, { childList: true, subtree: true, characterData: true });
    inject(DestroyRef).onDestroy(() => observer.disconnect());
  }

  /** Scrolls to the end and stays there. */
  toEnd(): void {
    this.isAtEnd = true;
    this.follow();
  }

  look(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    this.isAtEnd = scrollHeight - scrollTop - clientHeight < 48;
  }

  private follow(): void {
    if (this.isAtEnd) {
      this.element.scrollTop = this.element.scrollHeight;
    }
  }
}
