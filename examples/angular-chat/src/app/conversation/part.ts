import type { ChatView, RunCall } from 'rxllm';

/** What one answer of the model adds to a reply: text, and then calls, after which the next part follows. */
export interface Part {
  readonly reasoning: string;
  readonly text: string;
  readonly calls: readonly RunCall[];
  /** Whether the text has ended: tools are called once the answer is whole. */
  readonly isWhole: boolean;
}

/** Splits a reply into its parts; one without tool calls has one. */
export function partsOf({ message, run }: ChatView): readonly Part[] {
  const turns = run?.turns ?? [{ message, calls: [] }];
  return turns.map(({ message: { reasoning, content, refusal }, calls }, place) => ({
    reasoning,
    text: content || refusal,
    calls,
    isWhole: calls.length > 0 || place < turns.length - 1,
  }));
}
