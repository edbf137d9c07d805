import { Dice } from '../support/dice.js';

const spaces = ['', '', '', ' ', '\n', '\t\r\n  '];
const strings = [
  '',
  'a',
  'key',
  '__proto__',
  'constructor',
  '12',
  'é😀',
  '\ud83d',
  '\ude00x',
  '\u2028',
  '"\\/\b\f\n\r\t\u0001',
  '```',
];
const numbers = ['0', '-0', '7', '-12.5', '1e3', '2E-7', '1.25e+300', '1e999', '12345678901234567890'];

/** Writes JSON texts with every spelling that the grammar allows. */
export class JsonWriter {
  private readonly dice: Dice;
  private keys = 0;

  /** Whether keys may come twice. */
  private readonly hasDuplicates: boolean;

  constructor(seed: number, hasDuplicates: boolean) {
    this.dice = new Dice(seed);
    this.hasDuplicates = hasDuplicates;
  }

  document(): string {
    const value = `${this.space()}${this.value(this.dice.below(5))}${this.space()}`;
    return this.dice.chance(0.2)
      ? `${this.space()}\`\`\`${this.dice.pick(['', 'json', 'JSON5 x'])}\n${value}\`\`\`${this.space()}`
      : value;
  }

  /** A value without a fence. */
  element(): string {
    return this.value(this.dice.below(4));
  }

  /** A document that nests as deeply as allowed. */
  deepDocument(): string {
    const openers = Array.from({ length: 100 + this.dice.below(28) }, () => this.dice.pick(['[', '{']));
    const closers = openers.map((opener) => (opener === '[' ? ']' : '}')).reverse();
    const opened = openers.map((opener) => (opener === '[' ? `[${this.space()}` : `{${this.key()}:${this.space()}`));
    return `${opened.join('')}${this.value(1)}${closers.join(this.space())}`;
  }

  /** A document with a list or an object of up to 3,000 members, the last of which grows. */
  wideDocument(): string {
    const members = Array.from({ length: 1000 + this.dice.below(2000) }, () => this.value(this.dice.below(2)));
    const last = `[${this.value(3)},${this.value(3)}]`;
    const wide = this.dice.chance(0.5)
      ? `[${[...members, last].join(',')}]`
      : `{${[...members, last].map((member) => `${this.key()}:${member}`).join(',')}}`;
    return this.dice.pick([wide, `[${wide},${this.value(2)}]`, `{"wide":${wide},"more":${this.value(2)}}`]);
  }

  /** Pieces of one to nine code units, or of some other greatest length, which may cut a surrogate pair. */
  cut(text: string, longest = 9): readonly string[] {
    const pieces: string[] = [];
    for (let place = 0; place < text.length;) {
      const end = place + 1 + this.dice.below(longest);
      pieces.push(text.slice(place, end));
      place = end;
    }
    return pieces;
  }

  private space(): string {
    return this.dice.pick(spaces);
  }

  private value(depth: number): string {
    const kind = depth === 0 ? 2 + this.dice.below(3) : this.dice.below(5);
    switch (kind) {
      case 0:
        return `[${this.members(() => this.value(depth - 1))}]`;
      case 1:
        return `{${this.members(() => `${this.key()}${this.space()}:${this.space()}${this.value(depth - 1)}`)}}`;
      case 2:
        return this.dice.pick(numbers);
      case 3:
        return this.dice.pick(['true', 'false', 'null']);
      default:
        return this.string();
    }
  }

  private members(member: () => string): string {
    return (
      Array.from({ length: this.dice.below(5) }, () => `${this.space()}${member()}${this.space()}`).join(',') ||
      this.space()
    );
  }

  private key(): string {
    this.keys += 1;
    return this.hasDuplicates ? this.string() : `"${this.keys}${this.string().slice(1)}`;
  }

  private string(): string {
    const text = `${this.dice.pick(strings)}${this.dice.pick(strings)}`;
    const letters = text.split('').map((unit) => {
      const escape = `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
      const isPlain = unit >= ' ' && unit !== '"' && unit !== '\\';
      return isPlain && this.dice.chance(0.8)
        ? unit
        : this.dice.chance(0.5)
          ? escape
          : JSON.stringify(unit).slice(1, -1);
    });
    return `"${letters.join('')}"`;
  }
}
