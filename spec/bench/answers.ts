/** What distinguishes the answers that the server sends: all have realistic text, and one piece of it per chunk. */
export type AnswerKind =
  /** Chunks that differ in their text, and in the padding that hides its length. */
  | 'text'
  /** Each chunk has another id and time. */
  | 'envelopes'
  /** Each chunk has log probabilities. */
  | 'logprobs'
  /** The pieces are the arguments of a tool call, four characters each. */
  | 'tools'
  /** The pieces are the JSON of an object with lists and texts, four characters each. */
  | 'object'
  /** The pieces are the JSON of a list of numbers, one number each. */
  | 'numbers'
  /** The same text as events of `/responses`. */
  | 'responses';

const common =
  ' the| of| and| to| in| a| is| that| for| it| as| was| with| be| by| on| not| he| I| this| are| or| his| from| at|,|.|s|ing|ed';
const rare =
  '\n\n|\n- **| "|"|’|é|—| naïve| 東京|🙂|`\\n`| recon|cil|iation| photo|synth|esis| Observable| stream| 1,024| café';

const hexadecimal = '67e554a155508191900ee113293c4c830794405d35281ae2';

/** Returns the text of each chunk that carries some. The same arguments always give the same pieces. */
export function piecesOf(kind: AnswerKind, chunks: number): readonly string[] {
  const random = createRandom();
  const pick = (words: string): string => words.split('|')[Math.floor(random() * words.split('|').length)] ?? '';
  if (kind === 'numbers') {
    const numbers = Array.from({ length: chunks }, () => 100 + Math.floor(random() * 900));
    return numbers.map((number, place) => `${place === 0 ? '[' : ','}${number}${place === chunks - 1 ? ']' : ''}`);
  }
  if (kind === 'tools' || kind === 'object') {
    return toolArguments(4 * chunks, () => pick(common)).match(/.{4}/gsu) ?? [];
  }
  return Array.from({ length: chunks }, () => {
    const share = random();
    return share < 0.7 ? pick(common) : share < 0.9 ? ` ${word(random)}` : pick(rare);
  });
}

/** Returns an answer as its events. */
export function eventsOf(kind: AnswerKind, chunks: number): readonly Buffer[] {
  return kind === 'responses' ? responseEvents(piecesOf(kind, chunks)) : chatEvents(kind, piecesOf(kind, chunks));
}

function chatEvents(kind: AnswerKind, pieces: readonly string[]): readonly Buffer[] {
  const random = createRandom();
  const chunks = pieces.length;
  const events = pieces.map((piece, place) => {
    const delta = kind === 'tools' ? callDelta(piece, place) : { content: piece };
    const first = place === 0 ? { role: 'assistant' } : {};
    const choice = { index: 0, delta: { ...first, ...delta }, logprobs: null, finish_reason: null };
    return {
      ...envelope(kind === 'envelopes' ? place : 0),
      choices: [kind === 'logprobs' ? { ...choice, logprobs: logprobsOf(piece, random) } : choice],
      usage: null,
      obfuscation: padding(random),
    };
  });
  const finish = { index: 0, delta: {}, logprobs: null, finish_reason: kind === 'tools' ? 'tool_calls' : 'stop' };
  const usage = { prompt_tokens: 8, completion_tokens: chunks, total_tokens: 8 + chunks };
  const last = [
    { ...envelope(chunks), choices: [finish], usage: null },
    { ...envelope(chunks), choices: [], usage },
  ];
  return [...[...events, ...last].map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) =>
    Buffer.from(`data: ${data}\n\n`),
  );
}

/** Numbers the events of a response, whose last four hold the whole text, and names them as OpenAI does. */
function responseEvents(pieces: readonly string[]): readonly Buffer[] {
  const random = createRandom();
  const text = pieces.join('');
  const place = { item_id: `msg_${hexadecimal}`, output_index: 0, content_index: 0 };
  const part = { type: 'output_text', annotations: [], logprobs: [], text };
  const item = { id: place.item_id, type: 'message', status: 'completed', content: [part], role: 'assistant' };
  const events = [
    { type: 'response.created', response: responseIn('in_progress') },
    { type: 'response.in_progress', response: responseIn('in_progress') },
    { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
    ...pieces.map((delta) => ({
      type: 'response.output_text.delta',
      ...place,
      delta,
      logprobs: [],
      obfuscation: padding(random),
    })),
    { type: 'response.output_text.done', ...place, text, logprobs: [] },
    { type: 'response.content_part.done', ...place, part },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: responseIn('completed', item, pieces.length) },
  ];
  return events.map(({ type, ...fields }, sequence_number) =>
    Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...fields })}\n\n`),
  );
}

function responseIn(status: string, item?: object, tokens = 0): object {
  return {
    id: `resp_${hexadecimal}`,
    object: 'response',
    created_at: 1_700_000_000,
    status,
    background: false,
    error: null,
    incomplete_details: null,
    instructions: null,
    model: 'gpt-4o-mini-2024-07-18',
    output: item === undefined ? [] : [item],
    parallel_tool_calls: true,
    store: true,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    usage: item && { input_tokens: 8, output_tokens: tokens, total_tokens: 8 + tokens },
    metadata: {},
  };
}

/** Hides the length of a piece. */
function padding(random: () => number): string {
  return 'aBcDeFgHiJkLmNoP'.slice(Math.floor(random() * 16));
}

function envelope(place: number): object {
  return {
    id: `chatcmpl-AbCdEfGhIjKlMnOpQrStUvWx${String(place).padStart(6, '0')}`,
    object: 'chat.completion.chunk',
    created: 1_700_000_000 + place,
    model: 'gpt-4o-mini-2024-07-18',
    service_tier: 'default',
    system_fingerprint: 'fp_0123456789',
  };
}

function callDelta(piece: string, place: number): object {
  const call = place === 0 ? { id: 'call_AbCdEfGhIjKlMnOp', type: 'function' } : {};
  const name = place === 0 ? { name: 'write_files' } : {};
  return { tool_calls: [{ index: 0, ...call, function: { ...name, arguments: piece } }] };
}

function logprobsOf(token: string, random: () => number): object {
  const entry = { token, logprob: -random(), bytes: [...Buffer.from(token)] };
  return { content: [{ ...entry, top_logprobs: [entry, { ...entry, logprob: -1 - random() }] }], refusal: null };
}

/** Creates the JSON of a realistic call or answer, of exactly the given length. */
function toolArguments(length: number, nextWord: () => string): string {
  const end = '],"note":""}';
  let json = '{"files":[{"path":"src/0.ts","lines":[]}';
  for (let place = 1; ; place += 1) {
    const lines = Array.from({ length: 8 }, () => Array.from({ length: 8 }, nextWord).join(''));
    const next = `,${JSON.stringify({ path: `src/${place}.ts`, lines })}`;
    if (json.length + next.length + end.length > length) {
      return json + end.slice(0, -2) + '.'.repeat(Math.max(0, length - json.length - end.length)) + end.slice(-2);
    }
    json += next;
  }
}

function word(random: () => number): string {
  return Math.floor(random() * 36 ** 4).toString(36);
}

/** Creates random numbers that are the same in each process (mulberry32). */
function createRandom(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
