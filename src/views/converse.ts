import { concat, filter, map, mergeMap, type Observable, of, type OperatorFunction, Subject, takeUntil } from 'rxjs';
import { captureContext, type RunInContext } from '../transport/async-context.js';
import { check } from '../util/check.js';
import { operate } from '../util/operate.js';
import { Queue } from '../util/queue.js';
import { askWith, type ConversationClient } from './conversation-request.js';
import { checkCommand, checkConverse, isId } from './check-converse.js';
import type { ConversationCommand, ConversationView, ConverseConfig, Turn } from './conversation.js';
import {
  type Conversation,
  type ConversationEvent,
  ignoresPrompts,
  reduceConversation,
  resume,
  type Run,
  turnsFor,
} from './reduce-conversation.js';

type ReplyEvent = ConversationEvent & { readonly type: 'reply' | 'end' };

/**
 * Holds a conversation, with retries: sends prompts and commands to `client` as requests, and emits a new view of the whole
 * conversation whenever a reply changes. The first view is emitted on subscribe. Requests go to `/chat/completions`, or with
 * `api: 'responses'` to `/responses`.
 *
 * ```text
 * prompts:  -a----b---|
 * first:     --x-----|      the reply to a, stopped by b
 * second:         --z|      the reply to b
 * result:   iw-x--v-zd|   i = no turns, w, v: 'waiting', x, z: 'streaming', d: 'done'
 * ```
 *
 * The `policy` decides what happens to a prompt sent while a reply is in flight; `stop`, `regenerate` and `reset` take effect
 * immediately. A reply that is stopped, by a command or by the next prompt, keeps its text, and its request is closed.
 * Queued prompts that are stopped remain as turns. `regenerate` replaces a reply in its place, sends only the turns before
 * it, and runs in parallel with other replies. If the new reply fails or is stopped before it has output, the message it was
 * to replace is shown again. Unknown ids are ignored, and so is `regenerate` for a queued prompt.
 *
 * By default a reply that fails before its first output is retried twice, as `retryTransient` does; `retry: false` turns this
 * off, and `retry: { restart: true }` also restarts an answer that broke off midway.
 *
 * With `tools` each prompt is answered by a run of {@link runTools}: the reply has its `run`, the message of its last turn, and
 * is `streaming` while tools run. Stopping it aborts its tools.
 *
 * Over a relay replies have their `streamId`. Saved turns with a reply in flight go on with it: the reply is replayed from its
 * start, and replaces the saved text. It is `stopped` if the relay no longer has it. In a run it is the turn that was arriving,
 * and if that calls tools, which may have run already, the reply is `stopped`. `stop` and its like also end the work of the
 * relay, even over a client with `onUnsubscribe: 'leave'`, over which unsubscribing and `reset` let it go on.
 *
 * The result completes when the source and all replies in flight have completed. It errors only if the source does, or sends
 * an invalid command (`TypeError`). A reply that fails is a turn with the status `failed`, even if a callback of `config`
 * threw. Unsubscribing closes all requests. A command sent while a view is being delivered, even the first one, takes effect
 * after it. Each prompt is requested in the async context (`AsyncLocalStorage`) in which it was sent, also from a queue.
 *
 * @throws TypeError if `client` does not have the method of `api`, or `config` has an invalid field.
 * @see {@link accumulateView} for a single reply.
 * @see {@link throttleRender} to emit no more views than a screen can show.
 */
export function converse(
  client: ConversationClient,
  config: ConverseConfig,
): OperatorFunction<ConversationCommand, ConversationView> {
  const api = checkConverse(client, config);
  const { policy = 'switch', turns = [], createId } = config;
  const ask = askWith(api, client, config);
  const start = resume(turns);

  return operate<ConversationCommand, ConversationView>((destination) => {
    const idFor = createTurnIds(createId);
    // A queued prompt is requested when another reply ends, perhaps that of another user, who has another key.
    const senders = new WeakMap<Turn, RunInContext>();
    const started = new Set<Run>();
    const starts = new Subject<Run>();
    const ends = new Subject<Run>();
    let conversation = start;
    // Whether a reset is ending replies, which leaves them like unsubscribing.
    let isReset = false;
    let opened = false;
    let sourceCompleted = false;

    const reduce = (input: ConversationCommand | ReplyEvent): Conversation => {
      const command = typeof input === 'string' ? ({ type: 'send', content: input } as const) : input;
      if (command.type !== 'send') {
        return reduceConversation(conversation, command, policy);
      }
      const { content: prompt, id } = command;
      // Checked before an id is created, so that an ignored prompt has no effect at all.
      if (ignoresPrompts(conversation, policy)) {
        return conversation;
      }
      const event = { type: 'send', prompt, ...idFor(id, conversation.view.turns) } as const;
      const after = reduceConversation(conversation, event, policy);
      const turn = after.view.turns.at(-1);
      if (turn?.reply.status === 'queued') {
        senders.set(turn, captureContext());
      }
      return after;
    };
    const apply = (input: ConversationCommand | ReplyEvent): void => {
      const before = conversation;
      conversation = reduce(input);
      if (conversation !== before) {
        isReset = typeof input === 'object' && input.type === 'reset';
        [...started]
          .filter((run) => !conversation.runs.includes(run))
          .forEach((run) => {
            started.delete(run);
            ends.next(run);
          });
        destination.next(conversation.view);
      }
    };
    const settle = (): void => {
      // A synchronous reply may change which runs are due, so they are looked up one at a time.
      let due: Run | undefined;
      while ((due = conversation.runs.find((run) => !started.has(run))) !== undefined) {
        started.add(due);
        const runInContext = senders.get(due.turn) ?? captureContext();
        runInContext((run) => starts.next(run), due);
      }
      if (sourceCompleted && conversation.runs.length === 0) {
        destination.complete();
      }
    };
    const schedule = createQueue(settle);
    // Called once the source is subscribed, or by its first synchronous notification: no command can be taken earlier.
    const open = (): void => {
      if (!opened) {
        opened = true;
        schedule(() => destination.next(conversation.view));
      }
    };

    const reply = (run: Run): Observable<ReplyEvent> =>
      concat(
        ask({
          prompt: run.turn.prompt,
          turns: turnsFor(conversation, run),
          saved: run.isReplay === true ? run.turn.reply : undefined,
          isStopped: () => !isReset && !started.has(run),
        }).pipe(map((view): ReplyEvent => ({ type: 'reply', run, reply: view }))),
        // Of effect only after an answer without a chunk, whose last view is not final.
        of<ReplyEvent>({ type: 'end', run }),
      ).pipe(takeUntil(ends.pipe(filter((other) => other === run))));
    destination.add(starts.pipe(mergeMap(reply)).subscribe((event) => schedule(() => apply(event))));

    return {
      subscribed: open,
      next: (command) => {
        open();
        checkCommand(command);
        schedule(() => apply(command));
      },
      error: (error) => {
        open();
        destination.error(error);
      },
      complete: () => {
        open();
        sourceCompleted = true;
        schedule();
      },
    };
  });
}

/**
 * Creates a function that runs tasks in order, including those that are added while one is running.
 *
 * @param settle Called when no task is left, but not while it is running.
 */
function createQueue(settle: () => void): (task?: () => void) => void {
  const tasks = new Queue<() => void>();
  let running = false;
  let settling = false;
  return (added) => {
    if (added !== undefined) {
      tasks.push(added);
    }
    if (!running) {
      running = true;
      for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
        task();
      }
      running = false;
      if (!settling) {
        settling = true;
        settle();
        settling = false;
      }
    }
  };
}

interface NewId {
  readonly id: string;
  /** Why the prompt cannot get the id it should have. */
  readonly failure?: unknown;
}

/**
 * Returns the ids of a conversation's turns: `wanted`, or one from `createId`, or the next of `turn-1`, `turn-2` and so on.
 * The latter also replaces an id that is taken or invalid, so that no prompt is lost.
 */
function createTurnIds(createId?: () => string): (wanted: string | undefined, turns: readonly Turn[]) => NewId {
  let count = 0;
  return (wanted, turns) => {
    const taken = new Set(turns.map(({ id }) => id));
    const nextDefault = (): string => {
      do {
        count += 1;
      } while (taken.has(`turn-${count}`));
      return `turn-${count}`;
    };
    try {
      const id = wanted ?? (createId ?? nextDefault)();
      check(isId(id), 'The result of createId', 'a string that is not empty', id);
      if (taken.has(id)) {
        throw new TypeError('A turn with this id already exists');
      }
      return { id };
    } catch (failure) {
      return { id: nextDefault(), failure };
    }
  };
}
