/**
 * A text without the control characters by which it could steer a terminal: set its title, fill the clipboard, rewrite
 * what stands there. Line feeds and tabs stay. Works on the pieces of a text as on the whole.
 */
export function printable(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, '');
}
