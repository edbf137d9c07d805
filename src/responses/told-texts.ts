import type { ResponseEvent } from '../schemas/response-event.js';
import { type Source, visitWhole } from './texts.js';

interface WholeText {
  readonly source: Source;
  readonly output: number;
  readonly part: number;
  readonly text: string;
}

/**
 * Finds the texts that events have whole at other places than their deltas came with. LiteLLM numbers every item 0 while
 * it streams, and vLLM counts parts across items; the items themselves have the right places.
 */
export class ToldTexts {
  /** How much text of each source the events of each type had whole. */
  private readonly lengths = new Map<string, number>();

  /**
   * Calls `visit` with each text that an event has whole.
   *
   * @param lengthOf Returns how much text of a source came so far. The events of one type that have told just as much
   * bring nothing new: `isTold`.
   */
  visit(
    event: ResponseEvent,
    lengthOf: (source: Source) => number,
    visit: (source: Source, output: number, part: number, text: string, isTold: boolean) => void,
  ): void {
    if (event.type.endsWith('.delta')) {
      return;
    }
    const wholes: WholeText[] = [];
    const told = new Set<Source>();
    visitWhole(event, (source, output, part, text) => wholes.push({ source, output, part, text }));
    for (const { source, text } of wholes) {
      const key = `${event.type} ${source}`;
      const length = (this.lengths.get(key) ?? 0) + text.length;
      this.lengths.set(key, length);
      told[length === lengthOf(source) ? 'add' : 'delete'](source);
    }
    wholes.forEach(({ source, output, part, text }) => visit(source, output, part, text, told.has(source)));
  }

  /** Forgets the texts: another response begins. */
  clear(): void {
    this.lengths.clear();
  }
}
