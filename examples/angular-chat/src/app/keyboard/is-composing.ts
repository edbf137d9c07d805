/** Whether a key belongs to the writing of a word, a Japanese one for example, and is no wish of its own. */
export function isComposing(event: Event): boolean {
  return event instanceof KeyboardEvent && event.isComposing;
}
