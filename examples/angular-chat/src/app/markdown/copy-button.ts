/** A button that copies the text of an element, and says for two seconds whether it did. */
export function createCopyButton(document: Document, source: Element): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  const say = (text: string): void => {
    button.textContent = text;
  };
  say('Copy');
  button.addEventListener('click', () => {
    void copy(document, source.textContent).then((isCopied) => {
      say(isCopied ? 'Copied' : 'Not copied');
      setTimeout(() => say('Copy'), 2000);
    });
  });
  return button;
}

/** Browsers have no clipboard for pages that came over plain HTTP from another machine, and users may refuse it. */
async function copy({ defaultView }: Document, text: string): Promise<boolean> {
  const clipboard = defaultView?.navigator.clipboard as Clipboard | undefined;
  return clipboard === undefined
    ? false
    : clipboard.writeText(text).then(
        () => true,
        () => false,
      );
}
