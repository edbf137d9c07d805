import { noCalls, noFields } from '../answers/empty-message.js';
import { LimitError } from '../errors/limit-error.js';
import type { ToolCall } from '../schemas/message.js';
import type { ResponseEvent } from '../schemas/response-event.js';
import type { ResponseOutputItem } from '../schemas/response-object.js';

/** A call as far as it has come. */
interface GrowingCall {
  readonly output: number;
  id: string;
  type: 'function' | 'custom';
  name: string;
  arguments: string;
  /** Whether the server says that the model did not finish it. */
  cut: boolean;
  /** The last view. */
  view: ToolCall | undefined;
}

/** Collects the function and custom calls of one response, by their place in the output. */
export class GrowingCalls {
  private readonly maximum: number;
  private readonly calls = new Map<number, GrowingCall>();
  private list = noCalls;
  private changed = false;
  private whole = false;

  /** @param maximum How many calls there may be; one more is a `LimitError`. */
  constructor(maximum: number) {
    this.maximum = maximum;
  }

  /** Adds what an event tells about a call, if it does. */
  add(event: ResponseEvent): void {
    switch (event.type) {
      case 'response.function_call_arguments.delta':
        append(this.callAt(event.output_index, event.type), event.delta);
        break;
      case 'response.custom_tool_call_input.delta':
        this.callAt(event.output_index, event.type).arguments += event.delta;
        break;
      case 'response.function_call_arguments.done':
        finish(this.callAt(event.output_index, event.type), event.arguments);
        break;
      case 'response.custom_tool_call_input.done':
        finish(this.callAt(event.output_index, event.type), event.input);
        break;
      case 'response.output_item.added':
        this.setAside(event.item, event.output_index);
        this.addItem(event.item, event.output_index);
        break;
      case 'response.output_item.done':
        this.addItem(event.item, event.output_index);
        break;
      default:
    }
  }

  /** Adds an item of the output, if it is a call. */
  addItem(item: ResponseOutputItem, output: number): void {
    if (item.type !== 'function_call' && item.type !== 'custom_tool_call') {
      return;
    }
    const call = this.callAt(output, item.type);
    call.id = item.call_id || call.id || (item.id ?? '');
    call.name = item.name || call.name;
    call.cut = item.status === 'incomplete';
    finish(call, item.type === 'function_call' ? item.arguments : item.input);
  }

  /**
   * Returns the calls in order; the same list, and the same calls, as long as they do not change.
   *
   * @param whole Whether the response has completed, and its calls with it.
   */
  view(whole: boolean): readonly ToolCall[] {
    if (this.changed || whole !== this.whole) {
      const calls = [...this.calls.values()].sort((one, other) => one.output - other.output);
      const views = calls.filter(({ name }) => whole || name !== '').map((call) => viewOf(call, whole));
      this.changed = false;
      this.whole = whole;
      if (views.length !== this.list.length || views.some((view, place) => view !== this.list[place])) {
        this.list = Object.freeze(views);
      }
    }
    return this.list;
  }

  /** Whether a list of items has as many calls with arguments as came. */
  areIn(items: readonly ResponseOutputItem[]): boolean {
    const came = this.view(true).filter(hasArguments);
    const others = new GrowingCalls(this.maximum);
    items.forEach((item, place) => others.addItem(item, place));
    return new Set(came.map(({ id }) => id)).size <= others.view(true).filter(hasArguments).length;
  }

  /** Keeps the call at the place of one that begins: LiteLLM gives several calls one number. */
  private setAside(item: ResponseOutputItem, output: number): void {
    const call = this.calls.get(output);
    if (call?.id && (item.type === 'function_call' || item.type === 'custom_tool_call') && item.call_id !== call.id) {
      this.calls.delete(output);
      this.calls.set(-this.calls.size - 1, call);
    }
  }

  private callAt(output: number, type: string): GrowingCall {
    let call = this.calls.get(output);
    if (call === undefined) {
      if (this.calls.size >= this.maximum) {
        throw new LimitError('toolCalls', this.maximum);
      }
      call = {
        output,
        id: '',
        type: type.includes('custom') ? 'custom' : 'function',
        name: '',
        arguments: '',
        cut: false,
        view: undefined,
      };
      this.calls.set(output, call);
    }
    this.changed = true;
    return call;
  }
}

/** Appends to arguments. An empty object before others was in their place. */
function append(call: GrowingCall, text: string): void {
  call.arguments = call.arguments === '{}' && text.trim() !== '' ? text : call.arguments + text;
}

function hasArguments({ name, arguments: text }: ToolCall): boolean {
  return name !== '' && text !== '' && text !== '{}';
}

function finish(call: GrowingCall, text: string): void {
  call.arguments = text || call.arguments;
}

function viewOf(call: GrowingCall, whole: boolean): ToolCall {
  const { type, name, view: last } = call;
  const complete = whole && name !== '' && !call.cut;
  const id = call.id || (whole ? `call_0_${call.output}` : '');
  const text = complete && call.arguments === '' && type === 'function' ? '{}' : call.arguments;
  if (last?.complete === complete && last.id === id && last.name === name && last.arguments === text) {
    return last;
  }
  return (call.view = Object.freeze({ id, type, name, arguments: text, complete, extra: noFields }));
}
