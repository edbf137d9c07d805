import { GrowingValue } from './growing-value.js';

type State =
  | 'start' // before the value, where a Markdown fence may open
  | 'ticks' // inside the three backticks of a fence
  | 'info' // on the rest of the line that opens a fence
  | 'value'
  | 'value or end' // after `[`
  | 'key'
  | 'key or end' // after `{`
  | 'colon'
  | 'next' // after a member: a comma, or the end of the container
  | 'string'
  | 'escape'
  | 'number'
  | 'literal'
  | 'tail' // after the value
  | 'broken';

const literals = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const words = [...literals.keys()];
const escapes = new Map(['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'].map(([key, sign]) => [key, sign]));
const escapeForm = /^u[\da-fA-F]{0,4}$/u;
const numberForm = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/u;

/**
 * Parses JSON text that comes in pieces, and shows the value so far at any time. White space and one Markdown fence may
 * surround the JSON.
 *
 * A string is shown as it grows, where the first half of a surrogate pair waits for the second. A number or a literal is
 * shown when it is whole, a container when it opens, and a key with the start of its value. What is shown is frozen, and
 * its unchanged parts are the same objects as before. A container of more than 1,024 members shows its growth, and that of
 * its last member, in steps of an eighth.
 */
export class JsonReader {
  private state: State = 'start';
  private readonly value: GrowingValue;
  /** What has been read of a number, a literal or an escape. */
  private token = '';
  private ticks = 0;
  private isKey = false;
  /** The content of the string that is being read, without the first half of a surrogate pair at its end. */
  private text = '';
  private half = '';
  /** Whether the text of a value has grown since its container got it. */
  private grown = false;

  constructor(value = new GrowingValue()) {
    this.value = value;
  }

  /**
   * Reads the next piece of the text. Once that cannot become JSON any more, the rest is ignored.
   *
   * @throws LimitError if more than 128 containers are open.
   */
  push(piece: string): void {
    let place = 0;
    while (place < piece.length && this.state !== 'broken') {
      place = this.read(piece, place);
    }
  }

  /** Returns the value so far, or `undefined` if nothing of it can be shown. The last one leaves nothing out. */
  snapshot(isLast = false): unknown {
    this.giveText();
    return this.value.snapshot(isLast);
  }

  /** Returns the whole value, or `undefined` if the text is not JSON. */
  finish(): unknown {
    if (this.state === 'number') {
      this.endNumber();
    }
    return this.state === 'tail' && this.ticks % 6 === 0 ? this.snapshot() : undefined;
  }

  /** Returns the place after what was read. */
  private read(piece: string, place: number): number {
    switch (this.state) {
      case 'string':
        return this.readString(piece, place);
      case 'number':
        return this.readNumber(piece, place);
      case 'escape':
        this.readEscape(piece.charAt(place));
        break;
      case 'literal':
        this.readLiteral(piece.charAt(place));
        break;
      default:
        this.readMark(piece.charAt(place));
    }
    return place + 1;
  }

  private readString(piece: string, place: number): number {
    let end = place;
    let code = piece.charCodeAt(end);
    // 34 is a quotation mark, 92 a backslash; control characters are not allowed in strings.
    while (code >= 32 && code !== 34 && code !== 92) {
      end += 1;
      code = piece.charCodeAt(end);
    }
    if (end > place) {
      this.addText(piece.slice(place, end));
    }
    if (code === 34) {
      this.endString();
    } else if (end < piece.length) {
      this.token = '';
      this.state = code === 92 ? 'escape' : 'broken';
    }
    return end + 1;
  }

  private addText(added: string): void {
    const last = added.charCodeAt(added.length - 1);
    const isHalf = last >= 0xd800 && last < 0xdc00;
    const shown = this.half + (isHalf ? added.slice(0, -1) : added);
    this.half = isHalf ? added.slice(-1) : '';
    this.text += shown;
    this.grown ||= shown !== '' && !this.isKey;
  }

  private endString(): void {
    this.addText('');
    if (this.isKey) {
      this.value.setKey(this.text);
      this.state = 'colon';
    } else {
      this.giveText();
      this.endValue();
    }
  }

  private giveText(): void {
    if (this.grown) {
      this.grown = false;
      this.value.replaceLast(this.text);
    }
  }

  private readEscape(character: string): void {
    this.token += character;
    const sign = escapes.get(this.token);
    if (sign !== undefined || (escapeForm.test(this.token) && this.token.length === 5)) {
      this.addText(sign ?? String.fromCharCode(Number.parseInt(this.token.slice(1), 16)));
      this.state = 'string';
    } else if (!escapeForm.test(this.token)) {
      this.state = 'broken';
    }
  }

  private readNumber(piece: string, place: number): number {
    let end = place;
    while (end < piece.length && '0123456789.eE+-'.includes(piece.charAt(end))) {
      end += 1;
    }
    this.token += piece.slice(place, end);
    if (end < piece.length) {
      this.endNumber();
    }
    return end;
  }

  private endNumber(): void {
    if (numberForm.test(this.token)) {
      this.value.add(Number(this.token));
      this.endValue();
    } else {
      this.state = 'broken';
    }
  }

  private readLiteral(character: string): void {
    this.token += character;
    const value = literals.get(this.token);
    if (value !== undefined) {
      this.value.add(value);
      this.endValue();
    } else {
      this.state = words.some((word) => word.startsWith(this.token)) ? 'literal' : 'broken';
    }
  }

  private readMark(mark: string): void {
    const { state } = this;
    if (state === 'info') {
      this.state = mark === '\n' ? 'value' : mark === '`' ? 'broken' : 'info';
    } else if (mark === '`') {
      this.readTick();
    } else if (state === 'ticks') {
      this.state = 'broken';
    } else if (mark === ' ' || mark === '\n' || mark === '\r' || mark === '\t') {
      return;
    } else if (mark === '"' && (state === 'key' || state === 'key or end')) {
      this.startString(true);
    } else if (mark === ':' && state === 'colon') {
      this.state = 'value';
    } else if (mark === ',' && state === 'next') {
      this.state = this.value.inList ? 'value' : 'key';
    } else if (mark === (this.value.inList ? ']' : '}') && (state === 'next' || state.endsWith(' or end'))) {
      this.value.closeContainer();
      this.endValue();
    } else if (state === 'start' || state.startsWith('value')) {
      this.startValue(mark);
    } else {
      this.state = 'broken';
    }
  }

  private readTick(): void {
    const { state, ticks } = this;
    const isPlaced = state === 'ticks' || (state === 'start' && ticks === 0) || (state === 'tail' && ticks === 3);
    this.ticks += 1;
    this.state = !isPlaced ? 'broken' : this.ticks === 3 ? 'info' : this.ticks === 6 ? 'tail' : 'ticks';
  }

  private startValue(mark: string): void {
    if (mark === '"') {
      this.value.add('');
      this.startString(false);
    } else if (mark === '[' || mark === '{') {
      this.value.openContainer(mark === '[');
      this.state = mark === '[' ? 'value or end' : 'key or end';
    } else if (mark === '-' || (mark >= '0' && mark <= '9')) {
      this.token = mark;
      this.state = 'number';
    } else {
      this.token = '';
      this.readLiteral(mark);
    }
  }

  private startString(isKey: boolean): void {
    this.isKey = isKey;
    this.text = '';
    this.state = 'string';
  }

  private endValue(): void {
    this.value.endMember();
    this.state = this.value.depth === 0 ? 'tail' : 'next';
  }
}
