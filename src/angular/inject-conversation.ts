import {
  assertInInjectionContext,
  computed,
  DestroyRef,
  inject,
  Injector,
  NgZone,
  runInInjectionContext,
  signal,
  type Signal,
  untracked,
} from '@angular/core';
import { identity, Subject, tap } from 'rxjs';
import type { RetryNotice } from '../operators/retry-with-backoff.js';
import { throttleRender } from '../operators/throttle-render.js';
import type { UserContent } from '../schemas/chat-message.js';
import { checkConfig, checkDuration } from '../util/check.js';
import type { ChatView } from '../views/chat-view.js';
import { checkCommand } from '../views/check-converse.js';
import type { ConversationCommand, ConversationView, ConverseConfig, Turn } from '../views/conversation.js';
import type { ConversationClient } from '../views/conversation-request.js';
import { converse } from '../views/converse.js';
import type { ReplyError } from '../views/reply-error.js';
import { rendersOnServer, silentClient } from './build-provided-client.js';
import { injectClient } from './inject-client.js';

/** Options of {@link injectConversation}: those of `converse`, and those of a component. */
export type ConversationConfig = ConverseConfig & InjectedFields;

/** What a conversation of a component needs, whatever its API. */
export interface InjectedFields {
  /**
   * The client to use, or the name it is provided with. Defaults to the client provided without a name. While a server
   * renders, a client given as an object is not asked.
   */
  readonly client?: string | ConversationClient | undefined;
  /**
   * Milliseconds between two changes of the signals while a reply arrives, or `false` for a change per chunk. Defaults to
   * the next animation frame, as in `throttleRender`.
   */
  readonly throttle?: number | false | undefined;
  /**
   * The injector to inject from; destroying it ends the conversation. Defaults to the injector of the current injection
   * context.
   */
  readonly injector?: Injector | undefined;
}

/** A conversation as signals for a template, and methods for the user's commands. */
export interface ConversationRef {
  /** In the order of the prompts; a turn that did not change is the same object as before. */
  readonly turns: Signal<readonly Turn[]>;
  /** The reply of the last turn; `undefined` if there are no turns. */
  readonly last: Signal<ChatView | undefined>;
  /** `busy` while a reply is in flight. */
  readonly status: Signal<'idle' | 'busy'>;
  /** The error of the last reply, until it is regenerated or another one follows. */
  readonly error: Signal<ReplyError | undefined>;
  /** When and why the last reply is retried, during the pause before the retry. */
  readonly retry: Signal<RetryNotice | undefined>;
  /** Sends a prompt. Its turn gets the id, if there is one. Throws `TypeError` for an invalid prompt. */
  readonly send: (content: UserContent, id?: string) => void;
  /** Stops the replies in flight and the queued prompts, or only the reply with this `id`. */
  readonly stop: (id?: string) => void;
  /** Requests a new reply to the last prompt, or to the prompt with this `id`, even after a failure. */
  readonly regenerate: (id?: string) => void;
  /** Ends everything and continues from `turns`, by default none. */
  readonly reset: (turns?: readonly Turn[]) => void;
}

/**
 * Holds a conversation for a component or a service, with retries: `converse` with signals for the template and methods for
 * the commands. `retry: false` turns the retries off, `retry: { restart: true }` also restarts answers that broke off midway.
 *
 * ```ts
 * class Chat {
 *   readonly chat = injectConversation({ request: () => ({ model: this.model() }) });
 *   readonly model = signal('gpt-4o-mini');
 * }
 * ```
 *
 * The signals change immediately when a method is called, and once per frame while a reply arrives. Everything runs outside
 * the Angular zone: change detection runs when a signal used in a template changes, with and without zone.js. When its
 * injector is destroyed, the conversation ends and closes its requests; over a relay, a client with `onUnsubscribe: 'leave'` lets
 * the answers go on there, and another conversation that is given the saved `turns` takes them up. While a server renders, nothing is sent: a prompt is a
 * turn that stays `waiting`, and the status is `idle`.
 *
 * @throws Error if there is neither an injection context nor an `injector`, or no client is provided; TypeError if `config`
 *   has an invalid field.
 * @see {@link converse} for the commands as an Observable, and a description of each command.
 */
export function injectConversation(config: ConversationConfig): ConversationRef {
  checkConfig('injectConversation', config);
  const { injector: given, client, throttle, ...converseConfig } = config;
  if (given === undefined) {
    assertInInjectionContext(injectConversation);
  }
  const injector = given ?? inject(Injector);
  const zone = injector.get(NgZone);
  const onServer = rendersOnServer(injector);

  const commands = new Subject<ConversationCommand>();
  let latest: ConversationView = { turns: [], active: [], status: 'idle' };
  const view = signal(latest);
  const paced = throttleRender<ConversationView>(pauseOf(throttle), converseConfig.scheduler);
  const shown = commands.pipe(
    converse(clientFor(client, injector, onServer), converseConfig),
    tap((next) => (latest = next)),
    // A server renders the last view only, and does not wait for a pause.
    throttle === false || onServer ? identity : paced,
  );
  const subscription = zone.runOutsideAngular(() => shown.subscribe((next) => view.set(next)));
  injector.get(DestroyRef).onDestroy(() => subscription.unsubscribe());

  const take = (command: ConversationCommand): void => {
    checkCommand(command);
    // An effect that sends must not depend on the signals that a callback of `config` reads.
    untracked(() => {
      zone.runOutsideAngular(() => commands.next(command));
      view.set(latest);
    });
  };
  return {
    turns: computed(() => view().turns),
    last: computed(() => view().last),
    status: computed(() => view().status),
    error: computed(() => view().last?.error),
    retry: computed(() => view().last?.retry),
    send: (content, id) => take({ type: 'send', content, id }),
    stop: (id) => take({ type: 'stop', id }),
    regenerate: (id) => take({ type: 'regenerate', id }),
    reset: (turns) => take({ type: 'reset', turns }),
  };
}

function pauseOf(throttle: number | false | undefined): number | undefined {
  return throttle === undefined || throttle === false ? undefined : checkDuration('throttle', throttle);
}

function clientFor(client: ConversationConfig['client'], injector: Injector, onServer: boolean): ConversationClient {
  if (typeof client === 'object') {
    return onServer ? silentClient : client;
  }
  return runInInjectionContext(injector, () => injectClient(client));
}
