import {
  assertInInjectionContext,
  computed,
  DestroyRef,
  inject,
  Injector,
  NgZone,
  PLATFORM_ID,
  runInInjectionContext,
  signal,
  untracked,
} from '@angular/core';
import { EMPTY, identity, type Observable, Subject, tap } from 'rxjs';
import type { Client } from '../client/create-client.js';
import { checkConfig, checkDuration } from '../util/check.js';
import { throttleRender } from '../operators/throttle-render.js';
import { checkCommand } from '../views/check-converse.js';
import { converse } from '../views/converse.js';
import type { ConversationCommand, ConversationView } from '../views/conversation.js';
import type { ConversationConfig, ConversationRef } from './conversation-ref.js';
import { injectClient } from './inject-client.js';

/**
 * Holds a conversation for a component or a service: `converse` with signals for the template and methods for its user.
 *
 * ```ts
 * class Chat {
 *   readonly chat = injectConversation({ request: () => ({ model: this.model() }) });
 *   readonly model = signal('gpt-4o-mini');
 * }
 * ```
 *
 * What a method does shows in the signals at once, what replies bring once per frame. All of it happens outside the
 * Angular zone: change detection runs when a signal that is shown changes, with zone.js and without. It ends, and closes
 * its requests, with the injector it was made in. While rendering on a server it shows `turns`, and the methods do nothing.
 *
 * @throws Error outside an injection context without an `injector`, and where no client is provided; TypeError for a field
 *   of `config` that is not what {@link ConversationConfig} allows.
 * @see {@link converse} for the commands as an Observable, and for what each of them does.
 */
export function injectConversation(config: ConversationConfig): ConversationRef {
  checkConfig('injectConversation', config);
  const { injector: given, client, throttle, ...converseConfig } = config;
  if (given === undefined) {
    assertInInjectionContext(injectConversation);
  }
  const injector = given ?? inject(Injector);
  const zone = injector.get(NgZone);
  const onServer = injector.get(PLATFORM_ID) === 'server';
  const clientToAsk = onServer ? silentClient : clientOf(client, injector);

  const commands = new Subject<ConversationCommand>();
  let latest: ConversationView = { turns: [], active: [], status: 'idle' };
  const view = signal(latest);
  const taken: Observable<ConversationCommand> = onServer ? EMPTY : commands;
  const shown = taken.pipe(
    converse(clientToAsk, converseConfig),
    tap((next) => (latest = next)),
    throttle === false ? identity : throttleRender(pauseOf(throttle), converseConfig.scheduler),
  );
  const subscription = zone.runOutsideAngular(() => shown.subscribe((next) => view.set(next)));
  injector.get(DestroyRef).onDestroy(() => subscription.unsubscribe());

  const take = (command: ConversationCommand): void => {
    checkCommand(command);
    // The signals that a callback of `config` reads are none of what an effect that sends depends on.
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

/** What a server renders with: nothing is sent there. */
const silentClient: Pick<Client, 'chat'> = { chat: () => EMPTY };

function pauseOf(throttle: number | undefined): number | undefined {
  return throttle === undefined ? undefined : checkDuration('throttle', throttle);
}

function clientOf(client: ConversationConfig['client'], injector: Injector): Pick<Client, 'chat'> {
  return typeof client === 'object' ? client : runInInjectionContext(injector, () => injectClient(client));
}
