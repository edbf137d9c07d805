import { chatChunks } from '../../src/chunks/chunk-formats.js';
import type { ProvenChunk } from '../../src/answers/event-data.js';
import { readUnmended } from '../../src/chunks/proven-chunks.js';
import { createLane } from '../../src/lane/lane.js';
import { toText } from '../../src/operators/to-text.js';
import { textDeltas } from '../../src/operators/text-deltas.js';
import type { ChatCompletionChunk } from '../../src/schemas/chat-completion-chunk.js';
import type { ServerSentEvent } from '../../src/sse/block-parser.js';
import { EventParser } from '../../src/sse/event-parser.js';
import { clientFor, readBody } from '../support/read-stream.js';
import { chatRequest } from '../support/answers.js';

const encoder = new TextEncoder();

/** What came of a stream whose events come in a piece each. */
interface Seen {
  /** For each event, `L` if the lane read it, `p` if the parser did. */
  readonly lanes: string;
  /** The chunks that the lane read. */
  readonly chunks: readonly ChatCompletionChunk[];
  /** The id of each event; `undefined` for those without one that the lane read. */
  readonly ids: readonly (string | undefined)[];
}

function see(blocks: readonly (string | Uint8Array)[]): Seen {
  const content = { limits: { choices: 128, toolCalls: 128 } };
  const shortcut = createLane(readUnmended(chatChunks, content));
  const parser = new EventParser<ProvenChunk<ChatCompletionChunk>>({ eventBytes: 1e6, lenient: true, shortcut });
  const chunks: ChatCompletionChunk[] = [];
  const ids: (string | undefined)[] = [];
  let lanes = '';
  const next = (event: ServerSentEvent | ProvenChunk<ChatCompletionChunk>): void => {
    const isChunk = 'chunk' in event;
    lanes += isChunk ? 'L' : 'p';
    ids.push(event.id);
    if (isChunk) {
      chunks.push(event.chunk);
    }
  };
  for (const block of blocks) {
    parser.push(typeof block === 'string' ? encoder.encode(block) : block, { closed: false, next });
  }
  return { lanes, chunks, ids };
}

/** An event with a text, given as JSON without its quotes. */
function event(text: string, id = 'a'): string {
  return `data: {"id":"${id}","choices":[{"index":0,"delta":{"content":"${text}"},"finish_reason":null}]}\n\n`;
}

function times<T>(count: number, create: (place: number) => T): T[] {
  return Array.from({ length: count }, (_, place) => create(place));
}

/** Events that all have other bytes around their texts. */
function differing(count: number): string[] {
  return times(count, (place) => event('', `id${place}`));
}

/** Events that teach the lane the form of `event('')`. */
const lesson = times(5, (place) => event(`word${place}`));

describe('the lane for repeating events', () => {
  it('looks at no event before the fourth, and reads from the sixth on', () => {
    expect(see(times(12, (place) => event(`${place}`))).lanes).toBe('pppppLLLLLLL');
  });

  it('reads chunks like those of the parser, with their keys in order', () => {
    const { chunks } = see([...lesson, event('Hi')]);

    expect(JSON.stringify(chunks)).toBe(
      '[{"id":"a","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}]',
    );
  });

  it('reads an event after another form was read by the parser', () => {
    expect(see([...lesson, event('a'), event('b', 'other'), event('c')]).lanes).toBe('pppppLpL');
  });

  it('knows four forms that take turns, but not five', () => {
    const turns = (forms: number) => see(times(80, (place) => event('word', `form${place % forms}`))).lanes;

    // Two of each to learn are eight misses, and so a rest.
    expect(turns(4)).toMatch(/^p{27}L{53}$/u);
    expect(turns(5)).toMatch(/^p{27}.*(?:LLLLp){8}L{3}$/u);
  });

  it('learns a new form when the forms before it are gone', () => {
    const forms = times(8, (form) => times(12, (place) => event(`${place}`, `form${form}`)));

    for (let form = 1; form <= forms.length; form += 1) {
      expect(see(forms.slice(0, form).flat()).lanes.slice(-6)).toBe('LLLLLL');
    }
  });

  it('rests after eight misses, first for 16 events, then twice as long each time up to 1024', () => {
    /** How many events the parser reads after `count` different ones, before the lane reads the first. */
    const slept = (count: number) =>
      see([...differing(count), ...times(1100, (place) => event(`${place}`))])
        .lanes.slice(count)
        .indexOf('L');
    const upTo512 = 16 + 32 + 64 + 128 + 256 + 512;

    // Two more are needed to learn.
    expect(slept(3 + 8)).toBe(16 + 2);
    expect(slept(3 + 2 * 8 + 16)).toBe(32 + 2);
    expect(slept(3 + 7 * 8 + upTo512)).toBe(1024 + 2);
    expect(slept(3 + 8 * 8 + upTo512 + 1024)).toBe(1024 + 2);
  });

  it('rests for 16 events again once it has read one', () => {
    const { lanes } = see([
      ...lesson,
      ...differing(8 + 16 + 8 + 32),
      event(''),
      ...differing(8),
      ...times(20, () => event('')),
    ]);

    expect(lanes.slice(-29)).toBe(`L${'p'.repeat(8 + 16)}LLLL`);
  });

  it.each([
    ['text', 'Hello'],
    ['an empty text', ''],
    ['a text of 33 bytes', 'x'.repeat(33)],
    ['a text of 4096 bytes', 'x'.repeat(4096)],
    ['escaped quotes and backslashes', String.raw`\\\"\\\\\"`],
    ['escapes of all kinds', String.raw`\/\b\f\n\r\té🙂`],
    ['an escaped half of a pair', String.raw`\ud83d`],
    ['an escaped control character', String.raw`\u0000`],
    ['characters of two to four bytes', 'ß漢🙂'],
    ['a byte order mark', '\ufeff'],
    ['line separators', '\u2028\u2029'],
    ['the delete character', '\u007f'],
    ['a key', '__proto__'],
    ['the end of the document', String.raw`\"},\"finish_reason\":\"stop\"}]}`],
  ])('reads %s as the parser does', (_title, text) => {
    const { lanes, chunks } = see([...lesson, event(text)]);

    expect(lanes).toBe('pppppL');
    expect(chunks[0]?.choices[0]?.delta.content).toBe(JSON.parse(`"${text}"`));
  });

  it('reads bytes that are not UTF-8 as the parser does', () => {
    const bytes = Uint8Array.from(encoder.encode(event('a~b')), (byte) => (byte === 0x7e ? 0xe2 : byte));

    expect(see([...lesson, bytes]).chunks[0]?.choices[0]?.delta.content).toBe('a\ufffdb');
  });

  it.each([
    ['a control character', event('a\tb')],
    ['a zero byte', event('\0')],
    ['a malformed escape', event(String.raw`\x`)],
    ['a cut escape', event(String.raw`\u12`)],
    ['an escape of the last quote', event('\\')],
    ['more than 4096 bytes', event('x'.repeat(4097))],
    ['a quote in the middle', event('a"b')],
    ['another number', event('a').replace('"index":0', '"index":1')],
    ['another key', event('a').replace('"content"', '"contenu"')],
    ['one more key', event('a').replace('"delta":{', '"delta":{"x":1,')],
    ['one more space', event('a').replace('data: ', 'data:  ')],
    ['another line', event('a').replace('\n\n', '\nid: 1\n\n')],
    ['CRLF', event('a').replaceAll('\n', '\r\n')],
    ['another text before it', `: comment\n${event('a')}`],
  ])('leaves an event with %s to the parser, and only this one', (_title, block) => {
    expect(see([...lesson, event('a'), block, event('b')]).lanes).toBe('pppppLpL');
  });

  it('leaves an event that comes in two pieces to the parser', () => {
    const block = event('a');
    for (let place = 1; place < block.length; place += 1) {
      expect(see([...lesson, block.slice(0, place), block.slice(place), event('b')]).lanes).toBe('ppppppL');
    }
  });

  it.each([
    ['a finish reason', event('a').replace('null', '"stop"')],
    ['a finish reason that stands for none', event('a').replace('null', '"None"')],
    ['two choices', event('a').replace('[{', '[{"index":1,"delta":{"content":"b"}},{')],
    ['no choice', 'data: {"choices":[],"obfuscation":"a"}\n\n'],
    ['a choice without index', event('a').replace('"index":0,', '')],
    ['a message in place of a delta', event('a').replace('delta', 'message')],
    ['a text twice', event('a').replace('"content"', '"content":"b","content"')],
    ['choices twice', event('a').replace('"choices"', '"choices":[{"delta":{"content":"b"}}],"choices"')],
    ['a text that is replaced by choices', event('a').replace(/\}\n/u, ',"choices":[{"index":0,"delta":{}}]}\n')],
    ['a key __proto__ that is dropped', event('a').replace('"delta":{', '"delta":{"__proto__":{"content":"b"},')],
    ['fields of a wrong type that are dropped', event('a').replace('"a"', '5')],
    ['two lines of data', event('a').replace('"choices"', '\ndata: "choices"')],
    ['a name', `event: chunk\n${event('a')}`],
    [
      'more than 8192 bytes',
      event('a').replace('"index":0', `"index":0,"x":"${'y'.repeat(4090)}","z":"${'y'.repeat(4090)}"`),
    ],
    [
      'five texts',
      event('a').replace('"delta":{', '"delta":{"a":{"text":""},"b":{"text":""},"c":{"text":""},"d":{"text":""},'),
    ],
    ['no text', 'data: {"choices":[{"index":0,"delta":{}}]}\n\n'],
  ])('never learns events with %s', (_title, block) => {
    expect(see(times(40, () => block)).lanes).toMatch(/^p+$/u);
  });

  it.each<[string, object]>([
    ['content', { content: 'Hi' }],
    ['reasoning', { content: null, reasoning: 'Hm', reasoning_details: [{ type: 'reasoning.text', text: 'Hm' }] }],
    ['reasoning_content', { role: 'assistant', content: '', reasoning_content: 'Hm' }],
    ['a refusal', { refusal: 'No' }],
    ['the arguments of a call', { tool_calls: [{ index: 0, function: { arguments: '{"a' } }] }],
    ['the input of a custom call', { tool_calls: [{ index: 1, custom: { input: 'a' } }] }],
    ['the arguments of a function', { function_call: { arguments: '{"a' } }],
    ['a content part', { content: [{ type: 'text', text: 'Hi' }] }],
    ['fields that nobody knows', { content: 'Hi', x: [[], {}, [{ y: null }]], z: { content: { '1': 0 } } }],
  ])('reads %s, with a copy of every object', (_title, delta) => {
    const chunk = { id: 'a', choices: [{ index: 0, delta }], usage: null };
    const { lanes, chunks } = see(times(8, () => `data: ${JSON.stringify(chunk)}\n\n`));

    expect(lanes).toBe('pppppLLL');
    expect(chunks.map((item) => JSON.stringify(item))).toEqual(times(3, () => JSON.stringify(chunk)));
    const objects = chunks.flatMap((item) => objectsIn(item));
    expect(new Set(objects).size).toBe(objects.length);
  });

  it('keeps a key __proto__ of an unknown object as a field of its own', () => {
    const block = event('a').replace('"delta":{', '"delta":{"x":{"__proto__":{"y":1}},');
    const { chunks } = see(times(6, () => block));
    const unknown = (chunks[0]?.choices[0]?.delta as { readonly x: object }).x;

    expect(Object.getPrototypeOf(unknown)).toBe(Object.prototype);
    expect(JSON.stringify(unknown)).toBe('{"__proto__":{"y":1}}');
  });

  it.each([
    ['line feeds', '\n'],
    ['CRLF', '\r\n'],
  ])('reads events that a relay numbers, with %s', (_title, end) => {
    const blocks = times(30, (place) => `id: ${place + 95}\n${event(`${place}`)}`.replaceAll('\n', end));
    const { lanes, chunks, ids } = see(blocks);

    expect(lanes).toBe(`ppppp${'L'.repeat(25)}`);
    expect(chunks[0]?.choices[0]?.delta.content).toBe('5');
    expect(ids).toEqual(times(30, (place) => `${place + 95}`));
  });

  it('tells the parser the number of the event before', () => {
    const numbered = times(8, (place) => `id: ${place + 1}\n${event(`${place}`)}`);

    expect(see([...numbered, event('a', 'other')]).ids.at(-1)).toBe('8');
  });

  it.each([
    ['a leading zero', 'id: 017'],
    ['16 digits', 'id: 1234567890123456'],
    ['a letter', 'id: 17a'],
    ['no digit', 'id: '],
    ['a sign', 'id: -1'],
    ['no space', 'id:17'],
    ['two spaces', 'id:  17'],
    ['a second line', 'id: 17\nid: 18'],
  ])('leaves a number with %s to the parser, and only this one', (_title, line) => {
    const numbered = times(8, (place) => `id: ${place + 1}\n${event(`${place}`)}`);

    expect(see([...numbered, `${line}\n${event('a')}`, `id: 9\n${event('b')}`]).lanes).toBe('pppppLLLpL');
  });

  it('finds what a message adds to the deltas that it read', () => {
    const words = times(20, (place) => `word${place} `);
    const message = { role: 'assistant', content: `${words.join('')}end` };
    const last = `data: ${JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'stop' }] })}\n\n`;
    const texts: string[] = [];
    clientFor(words.map((word) => event(word)).join('') + last)
      .chat(chatRequest)
      .pipe(textDeltas(), toText())
      .subscribe((text: string) => texts.push(text));

    expect(texts).toEqual([message.content]);
  });

  it('does not hide that a stream ended early', () => {
    const { chunks, error } = readBody(times(20, (place) => event(`${place}`)).join(''));

    expect(chunks).toHaveLength(20);
    expect(error).toMatchObject({ name: 'StreamError', kind: 'truncated' });
  });
});

function objectsIn(value: unknown): readonly object[] {
  return typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(objectsIn)] : [];
}
