/** What is printed of a server that listens. */
interface Introduction {
  readonly url: string;
  /** What it does, as a sentence without its full stop. */
  readonly purpose: string;
  /** Asked by the example. Without one the example lists the models. */
  readonly model: string | undefined;
  /** The shell expands this, so that the key is neither printed nor kept in the shell's history. */
  readonly key: string | undefined;
}

/** Formats the address of a server, what it does, and an example request. */
export function formatIntroduction({ url, purpose, model, key }: Introduction): string {
  const authorization = key === undefined ? '' : ` -H "authorization: Bearer ${key}"`;
  const request = { model, stream: true, messages: [{ role: 'user', content: 'How do I retry?' }] };
  const example =
    model === undefined
      ? `curl ${url}/models${authorization}`
      : `curl -N ${url}/chat/completions${authorization} -H 'content-type: application/json' -d '${JSON.stringify(request)}'`;
  return `Listening on ${url} (Ctrl-C to stop).\n${purpose}. Try it:\n${example}\n`;
}
