import type { Dice } from '../support/dice.js';

/** How the server of one stream writes its JSON. */
interface Style {
  readonly comma: string;
  readonly colon: string;
  /** Whether it escapes what is not ASCII. */
  readonly ascii: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const texts = [
  ...[
    '',
    ' ',
    'a',
    ' the',
    ' word',
    'Hello',
    ' 42',
    '{}',
    '{"depth":',
    ' 3}',
    '\n\n',
    '**',
    '…',
    ' naïve',
    'ß',
    '漢字',
  ],
  ...[
    '🙂',
    '👩‍🚀',
    '\ud83d',
    '\ude42',
    '"',
    '\\',
    '\\"',
    '\\\\"',
    '\t',
    '\0',
    '\u001f',
    '\u007f',
    '\u2028',
    '\ufeff',
    '\ufffd',
  ],
  ...['"}\n\ndata: [DONE]\n\n', '"},"finish_reason":"stop"', 'data: x', '__proto__', 'a'.repeat(40), 'ö'.repeat(33)],
];

/** Returns a text, seldom a long one. */
function textOf(dice: Dice): string {
  return dice.chance(0.01) ? dice.pick(texts).repeat(dice.below(400)) : dice.pick(texts) + dice.pick(texts);
}

const styles: readonly Style[] = [
  { comma: ',', colon: ':', ascii: false },
  { comma: ', ', colon: ': ', ascii: true },
  { comma: ',', colon: ': ', ascii: false },
];

const oddStyle: Style = { comma: ' ,\t', colon: ' :  ', ascii: false };

function write(value: unknown, style: Style): string {
  if (Array.isArray(value)) {
    return `[${value.map((item) => write(item, style)).join(style.comma)}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(
      ([key, item]) => `${JSON.stringify(key)}${style.colon}${write(item, style)}`,
    );
    return `{${fields.join(style.comma)}}`;
  }
  const text = JSON.stringify(value);
  return style.ascii
    ? text.replace(/[^\0-\u007e]/gu, (character) =>
        Array.from({ length: character.length }, (_, place) => escape(character.charCodeAt(place))).join(''),
      )
    : text;
}

function escape(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

/** What a delta may bring; each is called for every event. */
const chatDeltas: readonly ((dice: Dice) => Fields)[] = [
  ...Array.from({ length: 6 }, () => (dice: Dice) => ({ content: textOf(dice) })),
  (dice) => ({ role: 'assistant', content: textOf(dice), refusal: null }),
  (dice) => ({ reasoning_content: textOf(dice), content: null }),
  (dice) => ({
    content: '',
    reasoning: textOf(dice),
    reasoning_details: [{ type: 'reasoning.text', text: textOf(dice) }],
  }),
  (dice) => ({ refusal: textOf(dice) }),
  (dice) => ({ tool_calls: [{ index: 0, function: { arguments: textOf(dice) } }] }),
  (dice) => ({ tool_calls: [{ index: dice.below(4), function: { arguments: textOf(dice) } }] }),
  () => ({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'dig', arguments: '' } }] }),
  (dice) => ({ tool_calls: [{ index: 1, custom: { input: textOf(dice) } }] }),
  (dice) => ({ function_call: { arguments: textOf(dice) } }),
  (dice) => ({ content: [{ type: 'text', text: textOf(dice) }] }),
  (dice) => ({ content: textOf(dice), audio: { text: textOf(dice) }, list: [[], {}, [{ a: null }]] }),
  (dice) => ({ content: dice.below(100) / 8 }),
  () => ({}),
];

const chatExtras: readonly ((dice: Dice) => Fields)[] = [
  () => ({ logprobs: null }),
  () => ({ logprobs: { content: [{ token: 'a', logprob: -0.5, bytes: [97], top_logprobs: [] }] } }),
  (dice) => ({ logprobs: { content: [{ token: textOf(dice), logprob: -dice.roll() }] } }),
  (dice) => ({ message: { role: 'assistant', content: textOf(dice) } }),
  () => ({ content_filter_results: { hate: { filtered: false, severity: 'safe' } } }),
  () => ({ native_finish_reason: null, error: null }),
];

const envelopes: readonly Fields[] = [
  { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'm' },
  { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'm', usage: null, x: 1e21 },
  { id: 'é-🙂', provider: 'P', created: 1, system_fingerprint: null, citations: ['a', 'b'], '10': 1, '2': { '1': 0 } },
  { id: 'chatcmpl-1', usage: { prompt_tokens: 3, completion_tokens: 0, total_tokens: 3 } },
  {},
];

/** One kind of event of a stream: the same but for its texts. */
type Kind = (dice: Dice) => Fields;

function createKind(dice: Dice, isLegacy: boolean): Kind {
  const envelope = dice.pick(envelopes);
  const index = dice.pick([0, 0, 0, 0, 0, 0, 1, 2]);
  const delta = dice.pick(chatDeltas);
  const extra = dice.chance(0.3) ? dice.pick(chatExtras) : () => ({});
  const isWhole = dice.chance(0.05);
  const isPadded = dice.chance(0.2);
  const isFinishTold = dice.chance(0.8);
  return (event) => ({
    ...envelope,
    choices: [
      {
        ...(isLegacy
          ? { text: textOf(event), index }
          : { index, ...(isWhole ? { message: delta(event) } : { delta: delta(event) }) }),
        ...extra(event),
        ...(isFinishTold ? { finish_reason: null } : {}),
      },
    ],
    ...(isPadded ? { obfuscation: 'x'.repeat(event.below(9)) } : {}),
  });
}

type Change = (json: string, dice: Dice) => string;

/** Odd events that a stream survives. */
const habits: readonly Change[] = [
  (json) => json.replace('"content"', '"content":"twice",$&'),
  (json) => json.replace('"choices"', '"choices":[{"delta":{"content":"twice"}}],$&'),
  (json) => json.replace('"delta":{', '$&"__proto__":{"content":"x"},'),
  (json) => json.replace('{', '{"__proto__":{"content":"x"},'),
  (json) => json.replace('"audio":{', '$&"__proto__":"x",'),
  (json) => json.replace('"content"', '"cont\\u0065nt"'),
  (json) => json.replace('"content"', '"cOntent"'),
  (json) => json.replace(/"content":\s*"/u, '$&\\/\\u0041\\b'),
  (json) => json.replace(/"content":\s*"/u, `$&${'long '.repeat(900)}`),
  (json) => json.replace('"finish_reason":null', '"finish_reason":"stop"'),
  (json) => json.replace('"finish_reason":null', '"finish_reason":"None"'),
  (json) => json.replace('chatcmpl-1', 'chatcmpl-2'),
  (json) => json.replace(/,(?= ?"choices")/u, ',\ndata: '),
  (json) => `${json} `,
  (json) => `${json}\nid: 7`,
  (json) => `${json}\nevent: ping`,
  (json) => `${json}\n: comment`,
  (json) => `${json}\n\n: comment`,
  (json) => `${json}\n\n\n`,
  (json) => `${json}\ndata: ${json}`,
  () => '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}',
  () => '{"type":"ping"}',
  () => `{"choices":[{"index":0,"message":{"role":"assistant","content":"${'whole '.repeat(99)}"}}]}`,
];

/** What comes before the data of an event now and then. */
const prefixes = [': comment\n', 'id: 7\n', 'event: ping\n', 'event: delta\n', '{}\n', 'data:\n'];

/** What ends a stream, or should. */
const faults: readonly Change[] = [
  (json) => json.replace(/\}\]?\}$/u, ',"choices":[]$&'),
  (json) => json.replace(/"content":\s*"/u, '$&\\"'),
  (json) => json.replace(/"content":\s*"/u, '$&\\u12'),
  (json) => json.replace(/"content":\s*"/u, '$&\\x'),
  (json, dice) => json.replace(/"content":\s*"/u, `$&${dice.pick(['\u0001', '\t', '\u001f', '\0', '\n'])}`),
  (json) => json.replace('"finish_reason":null', '"finish_reason":"error"'),
  (json) => json.replace(/"index":\s*\d/u, '"index":"1"'),
  (json) => json.replace('chatcmpl-1', 'chatcmpl-1"'),
  (json) => json.replace('null', 'nul'),
  (json, dice) => json.slice(0, dice.below(json.length)),
  (json) => `${json}\nevent: error`,
  () => '{"error":{"message":"Too busy","code":"overloaded"}}',
  () => '[DONE]',
];

/** Returns the text of a stream whose events repeat more or less. */
export function randomEvents(dice: Dice, isLegacy: boolean): string {
  const style = dice.chance(0.05) ? oddStyle : dice.pick(styles);
  const kinds = Array.from({ length: dice.pick([1, 1, 1, 2, 2, 3, 4, 6]) }, () => createKind(dice, isLegacy));
  const takesTurns = dice.chance(0.5);
  const habitual = dice.pick([0, 0, 0.02, 0.1, 0.4]);
  const faulty = dice.pick([0, 0, 0, 0.04]);
  const lineEnd = dice.chance(0.05) ? '\r' : dice.pick(['\n', '\n', '\n', '\r\n']);
  const start = dice.chance(0.05) ? 'data:  ' : dice.pick(['data: ', 'data: ', 'data:']);
  const length = 10 + dice.below(dice.pick([20, 60, 100]));
  const blocks = Array.from({ length }, (_, place) => {
    const kind = kinds[takesTurns ? place % kinds.length : Math.floor((place * kinds.length) / length)]!;
    const json = write(kind(dice), style);
    const changes = dice.chance(faulty) ? faults : dice.chance(habitual) ? habits : [];
    return `${dice.chance(habitual / 4) ? dice.pick(prefixes) : ''}${start}${changes.length === 0 ? json : dice.pick(changes)(json, dice)}\n\n`;
  });
  const end = dice.pick(['data: [DONE]\n\n', 'data: [DONE]\n\n', '', 'data: [DONE]', 'data: {"choi']);
  return (blocks.join('') + end).replaceAll('\n', lineEnd);
}
