import { filter, map, mergeMap, type Observable, type OperatorFunction, Subject, takeUntil } from 'rxjs';
import type { Client } from '../client/create-client.js';
import { operate } from '../util/operate.js';
import { askWith } from './ask-with.js';
import { checkCommand, checkConverse } from './check-converse.js';
import { type Conversation, resume, type Run, turnsFor } from './conversation-state.js';
import type { ConversationCommand, ConversationView } from './conversation.js';
import type { ConverseConfig } from './converse-config.js';
import { oneByOne } from './one-by-one.js';
import { type ConversationEvent, ignoresPrompts, reduceConversation } from './reduce-conversation.js';
import { createTurnIds } from './turn-ids.js';

type ReplyEvent = ConversationEvent & { readonly type: 'reply' };

/** Shows the view that everything begins with. */
const opening = { type: 'open' } as const;

type Input = ConversationCommand | ReplyEvent | typeof opening;

/**
 * Holds a conversation: prompts and commands become requests to `client`, and every change of any reply a new view of the
 * whole. The first view comes at once.
 *
 * ```text
 * prompts:  -a----b---|
 * first:     --x-----|      the reply to a, stopped by b
 * second:         --z|      the reply to b
 * result:   iw-x--v-zd|   i = no turns, w, v: 'waiting', x, z: 'streaming', d: 'done'
 * ```
 *
 * A prompt sent while a reply is in flight is treated by the `policy`; `stop`, `regenerate` and `reset` take effect at
 * once. A reply that is stopped, by a command or by the next prompt, keeps its text and closes its request. Queued prompts
 * that are stopped stay as turns. `regenerate` replaces a reply in its place, asks with the turns before it, and runs
 * beside others in flight. Ids that are not known are ignored, and so are replies to regenerate that have not begun.
 *
 * It completes when the source and the replies in flight have, and errors only if the source does, or sends what is no
 * command (`TypeError`). A reply that fails is a turn with `failed`, also when a callback of `config` threw. Unsubscribing
 * closes all requests. A command sent while a view is being delivered, the first included, takes effect after it.
 *
 * @throws TypeError for a client without `chat`, and for a field of `config` that is not what {@link ConverseConfig} allows.
 * @see {@link accumulateView} for a single reply.
 * @see {@link throttleRender} to show no more views than a screen can.
 */
export function converse(
  client: Pick<Client, 'chat'>,
  config: ConverseConfig,
): OperatorFunction<ConversationCommand, ConversationView> {
  checkConverse(client, config);
  const { policy = 'switch', turns = [], createId } = config;
  const ask = askWith(client, config);
  const start = resume(turns);

  return operate<ConversationCommand, ConversationView>((destination) => {
    const idFor = createTurnIds(createId);
    const asked = new Set<Run>();
    const begun = new Subject<Run>();
    const ended = new Subject<Run>();
    let conversation = start;
    let opened = false;
    let sourceCompleted = false;

    const reduce = (input: Exclude<Input, typeof opening>): Conversation => {
      const command = typeof input === 'string' ? ({ type: 'send', content: input } as const) : input;
      if (command.type !== 'send') {
        return reduceConversation(conversation, command, policy);
      }
      const { content: prompt, id } = command;
      // Before an id is made or looked at: a prompt that is ignored has no effect at all.
      return ignoresPrompts(conversation, policy)
        ? conversation
        : reduceConversation(conversation, { type: 'send', prompt, ...idFor(id, conversation.view.turns) }, policy);
    };
    const apply = (input: Input): void => {
      if (typeof input === 'object' && input.type === 'open') {
        destination.next(conversation.view);
        return;
      }
      const before = conversation;
      conversation = reduce(input);
      if (conversation !== before) {
        [...asked]
          .filter((run) => !conversation.runs.includes(run))
          .forEach((run) => {
            asked.delete(run);
            ended.next(run);
          });
        destination.next(conversation.view);
      }
    };
    const settle = (): void => {
      // A reply may come at once and change which are due, so they are looked up one at a time.
      let due: Run | undefined;
      while ((due = conversation.runs.find((run) => !asked.has(run))) !== undefined) {
        asked.add(due);
        begun.next(due);
      }
      if (sourceCompleted && conversation.runs.length === 0) {
        destination.complete();
      }
    };
    const take = oneByOne(apply, settle);
    // Not before the source is subscribed, or emits while it is: until then no command could be taken.
    const open = (): void => {
      if (!opened) {
        opened = true;
        take(opening);
      }
    };

    const reply = (run: Run): Observable<ReplyEvent> =>
      ask(run.prompt, turnsFor(conversation, run)).pipe(
        map((view): ReplyEvent => ({ type: 'reply', run, reply: view })),
        takeUntil(ended.pipe(filter((other) => other === run))),
      );
    destination.add(
      begun.pipe(mergeMap(reply)).subscribe({ next: take, error: (error: unknown) => destination.error(error) }),
    );

    return {
      subscribed: open,
      next: (command) => {
        open();
        checkCommand(command);
        take(command);
      },
      error: (error) => {
        open();
        destination.error(error);
      },
      complete: () => {
        open();
        sourceCompleted = true;
        take();
      },
    };
  });
}
