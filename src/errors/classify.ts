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
  ['ratelimitexceeded', 'rate_limit'],
  ['ratelimiterror', 'rate_limit'],
  ['ratelimitreached', 'rate_limit'],
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
  ['unsupportedparameter', 'invalid_request'],
  ['contentfilter', 'invalid_request'],
]);

const retryableKinds: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'timeout',
  'conflict',
  'rate_limit',
  'server',
  'overloaded',
  'connection',
  'truncated',
  'provider',
]);

/** Whether a new request may succeed after an error of this kind, unless the server says otherwise. */
export function isRetryableKind(kind: ErrorKind): boolean {
  return retryableKinds.has(kind);
}

/** Returns the kind for a code or type; `undefined` if it is unknown. */
export function kindOfCode(code: string | undefined): ErrorKind | undefined {
  if (code === undefined || code.length > 100) {
    return undefined;
  }
  return kindOfWord.get(code.toLowerCase().replace(/[^a-z0-9]/gu, ''));
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
 * overloaded model, which both also come as 429, from a rate limit.
 */
export function kindOfResponse(status: number, code: string | undefined, type: string | undefined): ErrorKind {
  const byStatus = kindOfStatus(status);
  const named = [code, type].map(kindOfCode).find(Boolean);
  if (named === 'quota') {
    return 'quota';
  }
  if (status === 429 || status >= 500) {
    return named === 'overloaded' || (named === 'rate_limit' && status >= 500) ? 'overloaded' : byStatus;
  }
  return byStatus;
}
