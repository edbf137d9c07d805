import type { ErrorKind } from './llm-error.js';

/** The codes and types that servers send, from the providers' error references; spelled as {@link plain} does. */
const words: readonly (readonly [ErrorKind, string])[] = [
  [
    'quota',
    `insufficientquota creditbalanceexhausted organizationspendlimitexceeded projectspendlimitexceeded
    organizationusagelimitexceeded enforcedspendlimitreached billinghardlimitreached billingnotactive billing
    exceededcurrentquota 1113 insufficientbalance insufficientcredits insufficientuserquota creditbalancetoolow
    creditsexhausted paymentrequired arrearage prepaidbilloverdue postpaidbilloverdue allocationquotafreetieronly
    accountoverdue usagelimitreached usagenotincluded`,
  ],
  [
    'rate_limit',
    'ratelimit ratelimitexceeded ratelimitreached resourceexhausted toomanyrequests slowdown requests tokens',
  ],
  ['overloaded', 'overloaded engineoverloaded serverisoverloaded'],
  ['server', 'server api internal internalserver unavailable serviceunavailable upstreamunavailable badgateway'],
  ['authentication', 'invalidapikey authentication unauthenticated unauthorized'],
  ['permission', 'permission permissiondenied forbidden'],
  ['not_found', 'notfound modelnotfound deploymentnotfound'],
  ['timeout', 'timeout requesttimeout deadlineexceeded'],
  ['conflict', 'conflict aborted'],
  [
    'invalid_request',
    `invalidrequest invalidargument invalidprompt badrequest requesttoolarge unsupportedparameter contentfilter
    contextlengthexceeded exceedcontextsize`,
  ],
];

/** A prompt that is too long, for which llama.cpp sends status 500. */
const tooLong = ['contextlengthexceeded', 'exceedcontextsize'];

const retryableKinds: readonly ErrorKind[] = ['timeout', 'conflict', 'rate_limit', 'server', 'overloaded', 'provider'];

/** The codes of a relay for streams that were ended on purpose, or that are too long for it. */
const finalCodes: readonly (string | undefined)[] = ['stopped', 'detached', 'log_full'];

/** Whether a new request may succeed after an error in a stream, which has the codes of relays, too. */
export function isRetryableInStream(kind: ErrorKind, code: string | undefined): boolean {
  return isRetryableKind(kind) && !finalCodes.includes(code);
}

/** Whether a new request may succeed after a server reports an error of this kind, unless it says otherwise. */
export function isRetryableKind(kind: ErrorKind): boolean {
  return retryableKinds.includes(kind);
}

/**
 * Returns the kind for an error's code and type; `undefined` if both are unknown. The code counts first, except that either
 * may say that the account is out of money: some servers name a rate limit next to it.
 */
export function kindOfWords(code: string | undefined, type: string | undefined): ErrorKind | undefined {
  const named = [code, type].map(kindOf);
  return named.includes('quota') ? 'quota' : named.find(Boolean);
}

function kindOf(word: string | undefined): ErrorKind | undefined {
  return words.find(([, known]) => known.split(/\s+/u).includes(plain(word)))?.[0];
}

/** Spells a word in lower case, without separators and without "error" at its end. */
function plain(word = ''): string {
  return word.length > 100
    ? ''
    : word
        .toLowerCase()
        .replace(/[^a-z0-9]/gu, '')
        .replace(/error$/u, '');
}

/**
 * Whether a message says that the account is out of money, for servers whose code does not: MiniMax calls it an `api_error`
 * with status 500, Anthropic an invalid request.
 */
export function isAboutMoney(message: string | undefined): boolean {
  return /\binsufficient (?:account )?balance\b|\bcredit balance is too low\b/iu.test(message ?? '');
}

const kindOfStatus: Readonly<Record<number, ErrorKind>> = {
  401: 'authentication',
  402: 'quota',
  403: 'permission',
  404: 'not_found',
  408: 'timeout',
  409: 'conflict',
  429: 'rate_limit',
  529: 'overloaded',
};

/**
 * Returns the kind for a non-2xx response. The status decides, except that a code distinguishes a used-up quota and an
 * overloaded model, which both also come as 429, from a rate limit, and a prompt that is too long from a broken server.
 */
export function kindOfResponse(status: number, code: string | undefined, type: string | undefined): ErrorKind {
  const byStatus = kindOfStatus[status] ?? (status >= 500 ? 'server' : 'invalid_request');
  const named = kindOfWords(code, type);
  if (named === 'quota') {
    return 'quota';
  }
  if ([code, type].some((word) => tooLong.includes(plain(word)))) {
    return 'invalid_request';
  }
  if (status === 429 || status >= 500) {
    return named === 'overloaded' || (named === 'rate_limit' && status >= 500) ? 'overloaded' : byStatus;
  }
  return byStatus;
}
