import { Component, computed, input } from '@angular/core';
import { showText } from './show-text';

/** Shows a text of a model or tool as it is: a short one at once, a long one when it is opened. */
@Component({
  selector: 'chat-foreign-text',
  template: `
    @if (isShort() && !isFolded()) {
      <pre class="foreign">{{ shown().text }}</pre>
    } @else {
      <details [open]="isOpen()">
        <summary>{{ label() }} ({{ count(text().length) }})</summary>
        <pre class="foreign long" tabindex="0">{{ shown().text }}</pre>
        @if (shown().left > 0) {
          <p class="note">{{ count(shown().left) }} more are not shown.</p>
        }
      </details>
    }
  `,
})
export class ForeignText {
  readonly label = input.required<string>();
  readonly text = input.required<string>();
  /** Whether a short text is folded, too. */
  readonly isFolded = input(false);
  /** Whether a folded text is open at first. */
  readonly isOpen = input(false);

  protected readonly shown = computed(() => showText(this.text()));
  protected readonly isShort = computed(() => this.text().length <= 300 && this.text().split('\n').length <= 8);

  protected count(characters: number): string {
    return `${characters.toLocaleString('en')} ${characters === 1 ? 'character' : 'characters'}`;
  }
}
