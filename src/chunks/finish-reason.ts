/** Why an answer is incomplete: a token limit, the server's content filter, or a failure of the server. */
export type Cut = 'length' | 'filter' | 'failure';

/** What the known finish reasons mean, without case and separators. From the providers' references and recordings. */
const meanings: ReadonlyMap<string, Cut | 'whole'> = new Map<string, Cut | 'whole'>([
  ['stop', 'whole'],
  ['toolcalls', 'whole'],
  ['toolcall', 'whole'],
  ['tooluse', 'whole'],
  ['functioncall', 'whole'],
  ['eos', 'whole'],
  ['eostoken', 'whole'],
  ['endturn', 'whole'],
  ['stopsequence', 'whole'],
  ['complete', 'whole'],
  ['completed', 'whole'],
  ['length', 'length'],
  ['maxtokens', 'length'],
  ['maxoutputtokens', 'length'],
  ['modellength', 'length'],
  ['modelcontextwindowexceeded', 'length'],
  ['contentfilter', 'filter'],
  ['contentfiltered', 'filter'],
  ['sensitive', 'filter'],
  ['refusal', 'filter'],
  // Amazon
  ['guardrailintervened', 'filter'],
  ['malformedmodeloutput', 'filter'],
  ['malformedtooluse', 'filter'],
  // Google
  ['safety', 'filter'],
  ['recitation', 'filter'],
  ['language', 'filter'],
  ['blocklist', 'filter'],
  ['prohibitedcontent', 'filter'],
  ['spii', 'filter'],
  ['modelarmor', 'filter'],
  ['imagesafety', 'filter'],
  ['imageprohibitedcontent', 'filter'],
  ['imagerecitation', 'filter'],
  ['imageother', 'filter'],
  ['noimage', 'filter'],
  ['malformedfunctioncall', 'filter'],
  ['malformedresponse', 'filter'],
  ['unexpectedtoolcall', 'filter'],
  ['error', 'failure'],
  ['abort', 'failure'],
  ['networkerror', 'failure'],
  ['insufficientsystemresource', 'failure'],
]);

/** Returns why the answer was cut off, `whole` if it was not, or `undefined` for a finish reason that nobody knows. */
export function meaningOf(finishReason: string): Cut | 'whole' | undefined {
  return meanings.get(finishReason.toLowerCase().replace(/[^a-z]/gu, ''));
}

/**
 * How far an answer has come. `ending` means that it has a finish reason, but the stream goes on; `cut` that it was cut off
 * or filtered; `unknown` that it ended without a finish reason, or with one that nobody knows.
 */
export type Progress = 'streaming' | 'ending' | 'finished' | 'cut' | 'unknown';

/** Returns how far an answer has come whose finish reason is known. */
export function progressOf(finishReason: string): Progress {
  const meaning = meaningOf(finishReason);
  return meaning === undefined ? 'unknown' : meaning === 'whole' ? 'finished' : 'cut';
}

/** Whether a finish reason is a word that some servers send in place of null. */
export function isNoReason(finishReason: unknown): boolean {
  return typeof finishReason === 'string' && /^(?:null|none|undefined)$/iu.test(finishReason);
}
