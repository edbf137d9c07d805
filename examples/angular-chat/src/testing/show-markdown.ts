import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { MarkdownText } from '../app/markdown/markdown-text';

@Component({
  imports: [MarkdownText],
  template: `<div [chatMarkdown]="text()" [isFinished]="isFinished()"></div>`,
})
class Host {
  readonly text = signal('');
  readonly isFinished = signal(false);
}

/** Shows a text, and returns the element that contains it. */
export function show(host: ReturnType<typeof createMarkdown>, text: string, isFinished: boolean): Element {
  host.componentInstance.text.set(text);
  host.componentInstance.isFinished.set(isFinished);
  host.detectChanges();
  return (host.nativeElement as Element).children[0] ?? host.nativeElement;
}

/** Creates a component that shows a text. */
export function createMarkdown() {
  return TestBed.createComponent(Host);
}

/** Returns the text of an element as one line. */
export function textOf(element: Element): string {
  return element.textContent.replace(/\s+/gu, ' ').trim();
}
