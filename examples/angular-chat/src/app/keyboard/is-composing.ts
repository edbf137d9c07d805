/** Whether a key press belongs to an input method, as when composing Japanese, and must not trigger an action. */
export function isComposing(event: Event): boolean {
  return event instanceof KeyboardEvent && event.isComposing;
}
