/** Why an answer is incomplete: a token limit, the server's content filter, or a failure of the server. */
export type Cut = 'length' | 'filter' | 'failure';

/** What the known finish reasons mean, without case and separators. From the providers' references and recordings. */
const meanings: readonly (readonly [meaning: Cut | 'whole', reasons: RegExp])[] = [
  ['whole', /^(?:stop|toolcalls?|tooluse|functioncall|eos|eostoken|endturn|stopsequence|completed?)$/u],
  ['length', /^(?:length|maxtokens|maxoutputtokens|modellength|modelcontextwindowexceeded)$/u],
  ['filter', /^(?:contentfilter|contentfiltered|sensitive|refusal)$/u],
  // Amazon
  ['filter', /^(?:guardrailintervened|malformedmodeloutput|malformedtooluse)$/u],
  // Google
  [
    'filter',
    /^(?:safety|recitation|language|blocklist|prohibitedcontent|spii|modelarmor|noimage|unexpectedtoolcall)$/u,
  ],
  ['filter', /^(?:image(?:safety|prohibitedcontent|recitation|other)|malformed(?:functioncall|response))$/u],
  ['failure', /^(?:error|abort|networkerror|insufficientsystemresource)$/u],
];

/** Returns why the answer was cut off, `whole` if it was not, or `undefined` for a finish reason that nobody knows. */
export function meaningOf(finishReason: string): Cut | 'whole' | undefined {
  const plain = finishReason.toLowerCase().replace(/[^a-z]/gu, '');
  return meanings.find(([, reasons]) => reasons.test(plain))?.[0];
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
