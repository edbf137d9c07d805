import { catchError, concat, defer, distinctUntilChanged, map, of, type OperatorFunction, startWith } from 'rxjs';
import { emptyMessage } from '../answers/empty-message.js';
import type { MessageBuilder } from '../answers/message-builder.js';
import type { AnswerValue } from '../formats/answer-formats.js';
import { prepareMessage } from '../operators/accumulate-message.js';
import type { ToolCall, Usage } from '../schemas/message.js';
import type { ToolRunEvent } from '../tools/tool-run-event.js';
import { checkCalled } from '../util/misuse.js';
import { hasOutput } from './chat-view.js';
import { toReplyError, withSavedError } from './reply-error.js';
import { type RunCall, type RunTurn, type RunView, waitingRun } from './run-view.js';

/**
 * Emits a tool run as one value for a screen: its status, each turn with its message so far and its calls, the token counts
 * of all turns, and the error if there was one. It never errors.
 *
 * ```text
 * events:  --a-c-v-t-b-u|       a, b = chunks, c = call, v = result, t, u = turn
 * result:  w-a-c-v-t-b-u(d|)    w, t: 'waiting', a, b, u: 'streaming', c, v: 'calling', d: 'done'
 * ```
 *
 * The first view is emitted on subscribe. Views are immutable, and their unchanged parts keep their identity; the values of
 * tools are passed on as they are. An event that changes nothing emits no view. Calls that are the caller's to answer stay
 * `waiting`.
 *
 * An error becomes a final view that has `error` and keeps the turns so far:
 *
 * ```text
 * broken:  --a#
 * failed:  w-a(x|)   x.status = 'failed'
 * ```
 *
 * A source that completes without an event, as over a client that sends nothing while a server renders, ends as `waiting`.
 *
 * @see {@link converse} for a conversation whose replies are runs.
 */
export function accumulateRun(...none: []): OperatorFunction<ToolRunEvent, RunView> {
  checkCalled('accumulateRun', ...none);
  return accumulateRunFrom(waitingRun);
}

/** Like {@link accumulateRun}, of a run that was saved while a turn was arriving: its snapshot is replaced by the events. */
export function accumulateRunFrom(saved: RunView): OperatorFunction<ToolRunEvent, RunView> {
  // The run itself keeps to the limit of calls that its caller set.
  const createBuilder = prepareMessage('accumulateRun', 0, { toolCalls: Infinity });
  return (source) =>
    defer(() => {
      const draft = new RunDraft(createBuilder, saved);
      return concat(
        source.pipe(map((event) => draft.add(event))),
        defer(() => of(draft.finish())),
      ).pipe(
        catchError((error: unknown) => of(draft.fail(error))),
        startWith(saved),
        distinctUntilChanged(),
      );
    });
}

/** Builds the view of one run. */
class RunDraft {
  private readonly createBuilder: () => MessageBuilder<AnswerValue>;
  private readonly saved: RunView;
  private view: RunView;
  /** The number of the last turn, its place in the view, and what builds its message until the turn ends. */
  private number: number | undefined;
  private place: number;
  private builder: MessageBuilder<AnswerValue> | undefined;

  constructor(createBuilder: () => MessageBuilder<AnswerValue>, saved: RunView) {
    this.createBuilder = createBuilder;
    this.saved = saved;
    this.view = saved;
    // A turn whose tools were called has ended.
    this.place = saved.turns.length - (saved.turns.at(-1)?.calls.length === 0 ? 2 : 1);
  }

  /** Returns the view after an event: the same object if nothing changed. */
  add(event: ToolRunEvent): RunView {
    const builder = this.begin(event.turn);
    const { view, turn } = this;
    switch (event.type) {
      case 'chunk':
        return this.addChunk(builder, event.chunk);
      case 'call':
        return this.show('calling', {
          ...turn,
          calls: [...turn.calls, Object.freeze({ call: event.call, status: 'waiting' } as const)],
        });
      case 'start':
        return this.changeCall(event.call, { status: 'running' });
      case 'progress':
        return this.changeCall(event.call, { progress: event.value });
      case 'result':
        return this.changeCall(event.call, { status: 'done', result: event.value, content: event.content });
      case 'failure': {
        const { call, content, error } = event;
        return this.changeCall(call, { status: 'failed', content, ...(error !== undefined && { error }) });
      }
      case 'turn': {
        this.builder = undefined;
        // Another request follows only if there were calls, and none is left to the caller.
        const isFollowed = turn.calls.length > 0 && event.open.length === 0;
        return this.show(isFollowed ? 'waiting' : view.status, { ...turn, message: event.message });
      }
      default:
        throw new TypeError('accumulateRun() reads the events of runTools()');
    }
  }

  /** Returns the view once the source has completed. */
  finish(): RunView {
    const { view, turn, builder } = this;
    if (builder === undefined) {
      return view === this.saved ? view : Object.freeze({ ...view, status: 'done' });
    }
    // The source was cut short, for example by `takeUntil`.
    return this.show('done', { ...turn, message: builder.withOutput(builder.finish()) });
  }

  /** Returns the view once the source has failed. */
  fail(thrown: unknown): RunView {
    return withSavedError({ ...this.view, status: 'failed', error: toReplyError(thrown) });
  }

  /** Returns what builds the message of a turn; another turn begins with its number, or after the end of the last. */
  private begin(number: number): MessageBuilder<AnswerValue> {
    if (number !== this.number || this.builder === undefined) {
      this.number = number;
      this.place += 1;
      this.builder = this.createBuilder();
    }
    return this.builder;
  }

  private get turn(): RunTurn {
    return this.view.turns[this.place] ?? emptyTurn;
  }

  private addChunk(builder: MessageBuilder<AnswerValue>, chunk: AnswerValue): RunView {
    const { view, turn } = this;
    builder.add(chunk);
    const message = builder.current();
    const isShown = hasOutput(message);
    // An empty start would make the text of a saved turn flicker.
    return message === turn.message || (!isShown && hasOutput(turn.message))
      ? view
      : this.show(isShown || view.status === 'streaming' ? 'streaming' : 'waiting', { ...turn, message });
  }

  private changeCall(call: ToolCall, changes: Partial<RunCall>): RunView {
    const { view, turn } = this;
    const calls = turn.calls.map((before) =>
      before.call.id === call.id ? changed({ ...before, ...changes }) : before,
    );
    return this.show(view.status, { ...turn, calls });
  }

  private show(status: RunView['status'], turn: RunTurn): RunView {
    // Spread, because other ways to copy a frozen array are many times slower.
    const turns = [...this.view.turns];
    turns[this.place] = Object.freeze({ ...turn, calls: Object.freeze(turn.calls) });
    const usage = turn.message.usage === this.turn.message.usage ? this.view.usage : sumOf(turns);
    this.view = Object.freeze({ status, turns: Object.freeze(turns), ...(usage && { usage }) });
    return this.view;
  }
}

function changed(call: RunCall): RunCall {
  return call.error === undefined ? Object.freeze(call) : withSavedError(call);
}

const emptyTurn: RunTurn = Object.freeze({ message: emptyMessage, calls: Object.freeze([]) });

/** Returns the sum of the token counts of turns; `undefined` if no server sent any. */
function sumOf(turns: readonly RunTurn[]): Usage | undefined {
  const usages = turns.flatMap(({ message }) => message.usage ?? []);
  const sum = (key: Exclude<keyof Usage, 'raw'>): number =>
    usages.reduce((total, usage) => total + (usage[key] ?? 0), 0);
  const optional = (key: 'cachedTokens' | 'reasoningTokens'): Partial<Usage> =>
    usages.some((usage) => usage[key] !== undefined) ? { [key]: sum(key) } : {};
  return usages.length === 0
    ? undefined
    : Object.freeze({
        inputTokens: sum('inputTokens'),
        outputTokens: sum('outputTokens'),
        totalTokens: sum('totalTokens'),
        ...optional('cachedTokens'),
        ...optional('reasoningTokens'),
        raw: Object.freeze(usages.map(({ raw }) => raw)),
      });
}
