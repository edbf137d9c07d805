import type { ObservableInput, SchedulerLike } from 'rxjs';
import type { Client } from '../../client/create-client.js';
import type { ChatCompletionRequest } from '../../schemas/chat-completion-request.js';
import type { ResponseRequest } from '../../schemas/response-request.js';
import type { StreamLog } from '../stream-log.js';
import type { OpenStreams } from './open-streams.js';

/** Who asks. Further fields are the application's own. */
export interface RelaySession {
  /** Owns the streams it begins: no other user can read or stop them. */
  readonly user: string;
}

/** A session, or the response that refuses the request. Without a value the answer is 401. */
export type Authorization<Session extends RelaySession> = Session | Response | undefined | null;

/** Tells who asks, before the body of a request is read. The first value counts. */
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
  /** The models that may be asked for: their names, or a function that returns `true` for those. */
  readonly models: readonly string[] | ((model: string, session: Session) => boolean);
  /** Keeps the streams. Default `memoryLog()`. */
  readonly log?: StreamLog | undefined;
  /** The origins of pages elsewhere that may call, such as `https://app.example`. Default none. */
  readonly origins?: readonly string[] | undefined;
  /**
   * Fields that reach into the account and are let through nevertheless, such as `previous_response_id`, and types of tools
   * that the model's server runs, such as `web_search`; `tools` for all types. Default none.
   */
  readonly allow?: readonly string[] | undefined;
  /** Changes a body after all checks, before it is sent. A `Response` that it throws is the answer. */
  readonly prepare?: ((body: RelayedBody, session: Session) => RelayedBody) | undefined;
  /** Creates the ids of streams: 16 to 128 letters, digits, `_` or `-`, hard to guess. Default 128 random bits. */
  readonly createId?: (() => string) | undefined;
  readonly limits?: RelayLimits | undefined;
  /** After how many milliseconds of silence a comment is sent, so that no proxy closes the connection. Default 15,000. */
  readonly heartbeat?: number | undefined;
  /**
   * For how many milliseconds a stream goes on without a reader; 0 to cancel it at once. A log that has leases may be read on
   * other nodes, so there it goes on for a second at least. Default 30,000.
   */
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
  readonly createId: () => string;
  readonly limits: Required<{ readonly [Name in keyof RelayLimits]: number }>;
  readonly openStreams: OpenStreams;
  readonly heartbeat: number;
  readonly detach: number;
  readonly scheduler: SchedulerLike;
}
