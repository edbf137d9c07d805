import { Directive, effect, ElementRef, inject, input } from '@angular/core';
import { type Block, MarkdownBlocks } from './markdown-blocks';
import { MarkdownRenderer } from './markdown-renderer';

/** Renders Markdown that may still be growing. Only changed blocks are rendered again: per frame, usually just the last. */
@Directive({ selector: '[chatMarkdown]' })
export class MarkdownText {
  readonly text = input.required<string>({ alias: 'chatMarkdown' });
  readonly isFinished = input(true);

  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly renderer = inject(MarkdownRenderer);
  private readonly blocks = new MarkdownBlocks((text) => this.renderer.read(text));
  private shown: readonly Block[] = [];

  constructor() {
    effect(() => this.show(this.blocks.update(this.text(), this.isFinished())));
  }

  private show(blocks: readonly Block[]): void {
    blocks.forEach((block, place) => {
      const before = this.shown[place];
      const container = this.element.children[place];
      if (container === undefined || block.token !== before?.token || (before.isComplete && !block.isComplete)) {
        this.showAt(place, block);
      } else if (block.isComplete && !before.isComplete) {
        this.renderer.complete(container);
      }
    });
    [...this.element.children].slice(blocks.length).forEach((surplus) => surplus.remove());
    this.shown = blocks;
  }

  private showAt(place: number, { token, isComplete }: Block): void {
    const container = this.element.ownerDocument.createElement('div');
    container.append(this.renderer.render(token, isComplete));
    const before = this.element.children[place];
    if (before === undefined) {
      this.element.append(container);
    } else {
      before.replaceWith(container);
    }
  }
}
