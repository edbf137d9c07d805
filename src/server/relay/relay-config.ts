import { asyncScheduler, type ObservableInput, type SchedulerLike } from 'rxjs';
import type { Client } from '../../client/create-client.js';
import type { ChatCompletionRequest } from '../../schemas/chat-completion-request.js';
import type { ResponseRequest } from '../../schemas/response-request.js';
import { memoryLog } from '../memory-log.js';
import type { StreamLog } from '../stream-log.js';

/** Who asks. Further fields are the application's own. */
export interface RelaySession {
  /** Owns the streams it begins: no other user can read or stop them. */
  readonly user: string;
}

/** A session, or the response that refuses the request. Without a value the answer is 401. */
export type Authorization<Session extends RelaySession> = Session | Response | undefined | null;

/** Tells who asks, before the body of a request is read. */
export type Authorize<Session extends RelaySession> = (
  request: Request,
) => Authorization<Session> | ObservableInput<Authorization<Session>>;

/** How much a relay takes and keeps. */
export interface RelayLimits {
  /** Bytes of a request body. Default 4 MiB. */
  readonly bodyBytes?: number | undefined;
  /** Streams of one user that are open at once in this process, those without a reader included. Default 8. */
  readonly streamsPerUser?: number | undefined;
  /** For how many milliseconds a reader may take no byte before its connection is ended. Default 60,000. */
  readonly readerStall?: number | undefined;
}

/** A body as a relay sends it upstream. */
export type RelayedBody = ChatCompletionRequest | ResponseRequest;

/** Configuration of {@link relay}. */
export interface RelayConfig<Session extends RelaySession = RelaySession> {
  /** Asks the model's server; it holds the key. */
  readonly client: Pick<Client, 'chat' | 'responses' | 'models'>;
  /** Tells who asks; `'anyone'` makes all callers one user, whose streams only their ids protect. */
  readonly authorize: Authorize<Session> | 'anyone';
  /** The models that may be asked for. */
  readonly models: readonly string[] | ((model: string, session: Session) => boolean);
  /** Keeps the streams. Default `memoryLog()`. */
  readonly log?: StreamLog | undefined;
  /** The origins of pages elsewhere that may call, such as `https://app.example`. Default none. */
  readonly origins?: readonly string[] | undefined;
  /** Fields that reach into the account and are let through nevertheless, such as `previous_response_id`. Default none. */
  readonly allow?: readonly string[] | undefined;
  /** Changes a body after all checks, before it is sent. */
  readonly prepare?: ((body: RelayedBody, session: Session) => RelayedBody) | undefined;
  readonly limits?: RelayLimits | undefined;
  /** After how many milliseconds of silence a comment is sent, so that no proxy closes the connection. Default 15,000. */
  readonly heartbeat?: number | undefined;
  /** For how many milliseconds a stream goes on without a reader; 0 to cancel it at once. Default 30,000. */
  readonly detach?: number | undefined;
  /** Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** A configuration with its defaults. */
export interface RelaySettings {
  readonly client: RelayConfig['client'];
  readonly authorize: Authorize<RelaySession>;
  readonly models: RelayConfig['models'];
  readonly log: StreamLog;
  readonly origins: readonly string[];
  readonly allow: readonly string[];
  readonly prepare: (body: RelayedBody, session: RelaySession) => RelayedBody;
  readonly limits: Required<{ readonly [Name in keyof RelayLimits]: number }>;
  readonly heartbeat: number;
  readonly detach: number;
  readonly scheduler: SchedulerLike;
}

/** Fills in the defaults. */
export function readConfig(config: RelayConfig): RelaySettings {
  const { client, authorize, models, log = memoryLog(), origins = [], allow = [], prepare = (body) => body } = config;
  const { limits = {}, heartbeat = 15_000, detach = 30_000, scheduler = asyncScheduler } = config;
  const { bodyBytes = 4 * 2 ** 20, streamsPerUser = 8, readerStall = 60_000 } = limits;
  return {
    client,
    authorize: authorize === 'anyone' ? () => ({ user: 'anyone' }) : authorize,
    models,
    log,
    origins,
    allow,
    prepare,
    limits: { bodyBytes, streamsPerUser, readerStall },
    heartbeat,
    detach,
    scheduler,
  };
}
