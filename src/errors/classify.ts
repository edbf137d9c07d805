import type { ErrorKind } from './llm-error.js';

/** Kinds by the codes and types that servers send, in lower case, without separators. From the providers' error references. */
const kindOfWord: ReadonlyMap<string, ErrorKind> = new Map<string, ErrorKind>([
  ['insufficientquota', 'quota'],
  ['creditbalanceexhausted', 'quota'],
  ['organizationspendlimitexceeded', 'quota'],
  ['projectspendlimitexceeded', 'quota'],
  ['organizationusagelimitexceeded', 'quota'],
  ['enforcedspendlimitreached', 'quota'],
  ['billinghardlimitreached', 'quota'],
  ['billingnotactive', 'quota'],
  ['billingerror', 'quota'],
  ['exceededcurrentquotaerror', 'quota'],
  ['1113', 'quota'],
  ['insufficientbalance', 'quota'],
  ['insufficientbalanceerror', 'quota'],
  ['insufficientcredits', 'quota'],
  ['insufficientuserquota', 'quota'],
  ['creditbalancetoolow', 'quota'],
  ['creditsexhausted', 'quota'],
  ['paymentrequired', 'quota'],
  ['arrearage', 'quota'],
  ['prepaidbilloverdue', 'quota'],
  ['postpaidbilloverdue', 'quota'],
  ['allocationquotafreetieronly', 'quota'],
  ['accountoverdueerror', 'quota'],
  ['usagelimitreached', 'quota'],
  ['usagenotincluded', 'quota'],
  ['ratelimitexceeded', 'rate_limit'],
  ['ratelimiterror', 'rate_limit'],
  ['ratelimitreached', 'rate_limit'],
  ['ratelimitreachederror', 'rate_limit'],
  ['ratelimit', 'rate_limit'],
  ['resourceexhausted', 'rate_limit'],
  ['toomanyrequests', 'rate_limit'],
  ['slowdown', 'rate_limit'],
  ['requests', 'rate_limit'],
  ['tokens', 'rate_limit'],
  ['overloaded', 'overloaded'],
  ['overloadederror', 'overloaded'],
  ['engineoverloaded', 'overloaded'],
  ['engineoverloadederror', 'overloaded'],
  ['serverisoverloaded', 'overloaded'],
  ['servererror', 'server'],
  ['apierror', 'server'],
  ['internalerror', 'server'],
  ['internalservererror', 'server'],
  ['internal', 'server'],
  ['unavailable', 'server'],
  ['serviceunavailable', 'server'],
  ['serviceunavailableerror', 'server'],
  ['badgateway', 'server'],
  ['invalidapikey', 'authentication'],
  ['authenticationerror', 'authentication'],
  ['unauthenticated', 'authentication'],
  ['unauthorized', 'authentication'],
  ['permissionerror', 'permission'],
  ['permissiondenied', 'permission'],
  ['forbidden', 'permission'],
  ['notfounderror', 'not_found'],
  ['notfound', 'not_found'],
  ['modelnotfound', 'not_found'],
  ['deploymentnotfound', 'not_found'],
  ['timeout', 'timeout'],
  ['timeouterror', 'timeout'],
  ['requesttimeout', 'timeout'],
  ['deadlineexceeded', 'timeout'],
  ['conflict', 'conflict'],
  ['aborted', 'conflict'],
  ['invalidrequesterror', 'invalid_request'],
  ['invalidrequest', 'invalid_request'],
  ['invalidargument', 'invalid_request'],
  ['invalidprompt', 'invalid_request'],
  ['badrequest', 'invalid_request'],
  ['badrequesterror', 'invalid_request'],
  ['requesttoolarge', 'invalid_request'],
  ['contextlengthexceeded', 'invalid_request'],
  ['exceedcontextsizeerror', 'invalid_request'],
  ['unsupportedparameter', 'invalid_request'],
  ['contentfilter', 'invalid_request'],
]);

/** A prompt that is too long, for which llama.cpp sends status 500. */
const tooLong: ReadonlySet<string> = new Set(['contextlengthexceeded', 'exceedcontextsizeerror']);

const retryableKinds: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'timeout',
  'conflict',
  'rate_limit',
  'server',
  'overloaded',
  'provider',
]);

/** Whether a new request may succeed after a server reports an error of this kind, unless it says otherwise. */
export function isRetryableKind(kind: ErrorKind): boolean {
  return retryableKinds.has(kind);
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
  return kindOfWord.get(plain(word));
}

function plain(word = ''): string {
  return word.length > 100 ? '' : word.toLowerCase().replace(/[^a-z0-9]/gu, '');
}

/**
 * Whether a message says that the account is out of money, for servers whose code does not: MiniMax calls it an `api_error`
 * with status 500, Anthropic an invalid request.
 */
export function isAboutMoney(message: string | undefined): boolean {
  return /\binsufficient (?:account )?balance\b|\bcredit balance is too low\b/iu.test(message ?? '');
}

/** Returns the kind for an HTTP status. */
function kindOfStatus(status: number): ErrorKind {
  switch (status) {
    case 401:
      return 'authentication';
    case 402:
      return 'quota';
    case 403:
      return 'permission';
    case 404:
      return 'not_found';
    case 408:
      return 'timeout';
    case 409:
      return 'conflict';
    case 429:
      return 'rate_limit';
    case 529:
      return 'overloaded';
    default:
      return status >= 500 ? 'server' : 'invalid_request';
  }
}

/**
 * Returns the kind for a non-2xx response. The status decides, except that a code distinguishes a used-up quota and an
 * overloaded model, which both also come as 429, from a rate limit, and a prompt that is too long from a broken server.
 */
export function kindOfResponse(status: number, code: string | undefined, type: string | undefined): ErrorKind {
  const byStatus = kindOfStatus(status);
  const named = kindOfWords(code, type);
  if (named === 'quota') {
    return 'quota';
  }
  if ([code, type].some((word) => tooLong.has(plain(word)))) {
    return 'invalid_request';
  }
  if (status === 429 || status >= 500) {
    return named === 'overloaded' || (named === 'rate_limit' && status >= 500) ? 'overloaded' : byStatus;
  }
  return byStatus;
}
