/** The fields of a chunk that code written by hand reads. */
export interface HandChunk {
  readonly choices: readonly {
    readonly delta: {
      readonly content?: string;
      readonly tool_calls?: readonly { readonly function: { readonly arguments: string } }[];
    };
  }[];
}

/** Parses a well-behaved stream with as little code as possible: no checks, no errors. */
export function parseByHand(use: (chunk: HandChunk) => void): (bytes: Uint8Array | undefined) => void {
  const decoder = new TextDecoder();
  let rest = '';
  return (bytes) => {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('data: {')) {
        use(parseJson(line.slice(6)) as HandChunk);
      }
    }
  };
}

/** A function of its own, so that profiles tell its time from that of the loop; the engine inlines it. */
function parseJson(json: string): unknown {
  return JSON.parse(json);
}

/** Joins the text of chunks, and reports its first piece. */
export function joinText(first: () => void): { readonly text: string; readonly add: (chunk: HandChunk) => void } {
  const joined = {
    text: '',
    add: ({ choices }: HandChunk): void => {
      if (joined.text === '') {
        first();
      }
      joined.text += choices[0]?.delta.content ?? '';
    },
  };
  return joined;
}
