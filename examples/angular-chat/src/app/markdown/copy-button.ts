/** Creates a button that copies the text of an element, and shows for two seconds whether that worked. */
export function createCopyButton(document: Document, source: Element): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  const show = (text: string): void => {
    button.textContent = text;
  };
  show('Copy');
  button.addEventListener('click', () => {
    void copy(document, source.textContent).then((isCopied) => {
      show(isCopied ? 'Copied' : 'Copy failed');
      setTimeout(() => show('Copy'), 2000);
    });
  });
  return button;
}

/** A page loaded over plain HTTP from another machine has no clipboard, and users may deny access to it. */
async function copy({ defaultView }: Document, text: string): Promise<boolean> {
  const clipboard = defaultView?.navigator.clipboard as Clipboard | undefined;
  return clipboard === undefined
    ? false
    : clipboard.writeText(text).then(
        () => true,
        () => false,
      );
}
