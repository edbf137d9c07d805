import type { ProvenChunk } from '../answers/event-data.js';
import type { Shortcut } from '../sse/shortcut.js';
import { holesIn, learnTemplate, type ReadUnmended, type Template } from './learn-template.js';
import { Pattern } from './pattern.js';
import { dataViewOf } from './read-string.js';

/** Events before the first is learned: the first ones of a stream seldom repeat, and short streams should cost nothing. */
const firstEvents = 3;
/** How many kinds of events are known at once: several choices or calls may take turns. */
const maxTemplates = 4;
/** Misses in a row before a rest. */
const maxMisses = 8;
/** The first and the longest rest, in events. */
const minRest = 16;
const maxRest = 1024;

/** A block seen once. If it comes again, it is learned. */
interface Draft {
  readonly pattern: Pattern;
  /** Whether it came again, and could not be learned. */
  refused: boolean;
}

/**
 * Creates, for one stream, a shortcut for events whose bytes repeat around one or a few JSON strings, such as
 * `delta.content`. Once such an event has been parsed and checked, only the strings of the next ones need decoding.
 *
 * @param read Reads a document as the parser would at the start of a stream; `undefined` if it would mend it or fail.
 */
export function createLane<Chunk extends object>(read: ReadUnmended<Chunk>): Shortcut<ProvenChunk<Chunk>> {
  return new Lane(read);
}

class Lane<Chunk extends object> implements Shortcut<ProvenChunk<Chunk>> {
  end = 0;
  id: string | undefined;

  private readonly readUnmended: ReadUnmended<Chunk>;

  /** Last hit first. */
  private templates: Template<Chunk>[] | undefined;
  /** Oldest first. */
  private drafts: Draft[] | undefined;
  /** The bytes being read, and their view; let go when they are used up, since they may be a large buffer. */
  private bytes: Uint8Array | undefined;
  private view: DataView | undefined;
  private events = 0;
  private misses = 0;
  private rest = 0;
  private nextRest = minRest;

  constructor(readUnmended: ReadUnmended<Chunk>) {
    this.readUnmended = readUnmended;
  }

  get awake(): boolean {
    return this.rest === 0;
  }

  pass(events: number): void {
    this.rest = Math.max(0, this.rest - events);
  }

  read(bytes: Uint8Array, start: number): ProvenChunk<Chunk> | undefined {
    const { templates } = this;
    if (!templates?.length) {
      return undefined;
    }
    const view = this.view !== undefined && this.bytes === bytes ? this.view : dataViewOf(bytes);
    this.bytes = this.view = undefined;
    let place = 0;
    for (const template of templates) {
      const { pattern } = template;
      const end = pattern.read(view, start);
      if (end !== -1) {
        this.end = end;
        this.id = pattern.id;
        if (end < bytes.length) {
          this.bytes = bytes;
          this.view = view;
        }
        this.misses = 0;
        this.nextRest = minRest;
        if (place > 0) {
          templates.copyWithin(1, 0, place);
          templates[0] = template;
        }
        return { chunk: template.mold(pattern.texts), id: pattern.id };
      }
      place += 1;
    }
    return undefined;
  }

  learn(block: Uint8Array): void {
    this.events += 1;
    if (this.events <= firstEvents) {
      return;
    }
    this.misses += 1;
    this.compare(block);
    if (this.misses === maxMisses) {
      // The parser reads the block of this miss while resting.
      this.rest = this.nextRest + 1;
      this.nextRest = Math.min(2 * this.nextRest, maxRest);
      this.misses = 0;
      this.drafts = this.drafts?.filter(({ refused }) => refused);
    }
  }

  /** Learns a block that is like an earlier one; else notes it. */
  private compare(block: Uint8Array): void {
    const drafts = (this.drafts ??= []);
    const templates = (this.templates ??= []);
    const view = dataViewOf(block);
    const draft = drafts.find(({ pattern }) => pattern.read(view, 0) === block.length);
    if (draft === undefined) {
      // A stream whose events all differ should cost next to nothing, so one is noted after each further rest.
      const noted = this.nextRest === minRest ? maxTemplates : 1;
      const holes = this.misses <= noted ? holesIn(block) : undefined;
      if (holes?.values.length) {
        drafts.push({ pattern: new Pattern(block, holes), refused: false });
        drafts.splice(0, drafts.length - maxTemplates);
      }
      // Where more kinds of events take turns than are known, learning one would only forget another.
    } else if (!draft.refused && (templates.length < maxTemplates || this.misses >= maxTemplates)) {
      const template = learnTemplate(block, draft.pattern, this.readUnmended);
      if (template === undefined) {
        draft.refused = true;
      } else {
        drafts.splice(drafts.indexOf(draft), 1);
        templates.unshift(template);
        templates.splice(maxTemplates);
      }
    }
  }
}
