import type { TextKind } from '../answers/answer-format.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import { type Source, visitDelta } from './texts.js';
import { ToldTexts } from './told-texts.js';

const sourcesOf: Readonly<Record<TextKind, readonly Source[]>> = {
  text: ['text'],
  refusal: ['refusal'],
  reasoning: ['summary', 'thought'],
};

/**
 * Reads one kind of text from the events of one stream: deltas in the order of their arrival, and the text of a part that
 * came without deltas from the first event that has it whole. A stream that begins in the middle has earlier deltas
 * elsewhere, so that nothing is taken whole from it.
 */
export class ResponseTextReader {
  private readonly sources: readonly Source[];
  /** What comes between two parts. */
  private readonly separator: string;
  private begun = false;
  private isTail = false;
  /** The parts whose text has come, by item. */
  private items = new Map<number, KnownItem>();
  private latest: KnownItem | undefined;
  private readonly told = new ToldTexts();
  private added = '';

  constructor(kind: TextKind) {
    this.sources = sourcesOf[kind];
    this.separator = kind === 'reasoning' ? '\n\n' : '';
  }

  /** Returns the text that an event adds; an empty string if it adds none. */
  read(event: ResponseEvent): string {
    if (!this.begun || event.type === 'response.created') {
      this.begin(event);
    }
    this.added = '';
    visitDelta(event, this.addDelta);
    if (!this.isTail) {
      this.told.visit(event, this.lengthOf, this.addWhole);
    }
    return this.added;
  }

  private begin(event: ResponseEvent): void {
    this.begun = true;
    this.isTail = event.type !== 'response.created' && Number(event.sequence_number) > 0;
    this.items.clear();
    this.told.clear();
    this.latest = undefined;
  }

  private readonly lengthOf = (source: Source): number =>
    [...this.items.values()].reduce((sum, item) => (item.source === source ? sum + item.length : sum), 0);

  private readonly addDelta = (source: Source, output: number, part: number, text: string): void =>
    this.add(source, output, part, text, true, false);

  private readonly addWhole = (source: Source, output: number, part: number, text: string, isTold: boolean): void =>
    this.add(source, output, part, text, false, isTold);

  private add(source: Source, output: number, part: number, text: string, isDelta: boolean, isTold: boolean): void {
    if (text === '' || !this.sources.includes(source)) {
      return;
    }
    let item = this.latest?.output === output ? this.latest : this.items.get(output);
    if (item === undefined) {
      item = { output, source, length: 0, part: -1, parts: new Set() };
      this.items.set(output, item);
    }
    if (item.source !== source || (!isDelta && item.parts.has(part))) {
      return;
    }
    if (isTold) {
      item.parts.add(part);
      return;
    }
    item.length += text.length;
    const goesOn = item === this.latest && item.part === part;
    this.added += goesOn || this.latest === undefined ? text : this.separator + text;
    if (!goesOn) {
      item.parts.add(part);
      item.part = part;
      this.latest = item;
    }
  }
}

interface KnownItem {
  readonly output: number;
  /** Of reasoning, the first of its two forms that came. */
  readonly source: Source;
  /** How much of its text came. */
  length: number;
  /** The part that came last. */
  part: number;
  readonly parts: Set<number>;
}
