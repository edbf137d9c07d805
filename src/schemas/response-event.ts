import type { TokenLogprob } from './chat-completion-chunk.js';
import type {
  ResponseAnnotation,
  ResponseObject,
  ResponseOutputItem,
  ResponseOutputText,
  ResponseReasoningText,
  ResponseRefusal,
  ResponseSummaryText,
} from './response-object.js';

/** What every event has. */
interface EventBase<Type extends string> {
  readonly type: Type;
  /** The event's number in its stream, from 0. Some servers send none. */
  readonly sequence_number?: number | null | undefined;
}

/** An event that belongs to one output item. */
interface ItemEvent<Type extends string> extends EventBase<Type> {
  /** Some servers change it with every event; `output_index` stays. */
  readonly item_id?: string | null | undefined;
  /** The item's place in the output. */
  readonly output_index: number;
}

/** An event that belongs to one part of an item's content. */
interface PartEvent<Type extends string> extends ItemEvent<Type> {
  /** The part's place in the item. */
  readonly content_index: number;
}

/** An event that belongs to one part of a reasoning summary. */
interface SummaryEvent<Type extends string> extends ItemEvent<Type> {
  /** The part's place in the summary. */
  readonly summary_index: number;
}

/** A command of a shell call. */
interface CommandEvent<Type extends string> extends ItemEvent<Type> {
  readonly command_index?: number | null | undefined;
}

/** The state of the whole response. */
interface LifecycleEvent extends EventBase<
  | 'response.created'
  | 'response.queued'
  | 'response.in_progress'
  | 'response.completed'
  | 'response.incomplete'
  | 'response.failed'
  | 'response.cancelled'
  | 'response.done'
> {
  readonly response: ResponseObject;
}

interface OutputItemEvent extends ItemEvent<'response.output_item.added' | 'response.output_item.done'> {
  readonly item: ResponseOutputItem;
}

interface ContentPartEvent extends PartEvent<'response.content_part.added' | 'response.content_part.done'> {
  readonly part: ResponseOutputText | ResponseRefusal | ResponseReasoningText;
}

interface OutputTextDelta extends PartEvent<'response.output_text.delta'> {
  /** Text to append. */
  readonly delta: string;
  readonly logprobs?: readonly TokenLogprob[] | null | undefined;
}

interface OutputTextDone extends PartEvent<'response.output_text.done'> {
  /** The whole text of the part. */
  readonly text: string;
  readonly logprobs?: readonly TokenLogprob[] | null | undefined;
}

interface AnnotationEvent extends PartEvent<'response.output_text.annotation.added'> {
  readonly annotation_index?: number | null | undefined;
  readonly annotation?: ResponseAnnotation | null | undefined;
}

interface RefusalDelta extends PartEvent<'response.refusal.delta'> {
  readonly delta: string;
}

interface RefusalDone extends PartEvent<'response.refusal.done'> {
  readonly refusal: string;
}

interface ReasoningTextDelta extends PartEvent<'response.reasoning_text.delta'> {
  readonly delta: string;
}

interface ReasoningTextDone extends PartEvent<'response.reasoning_text.done'> {
  readonly text: string;
}

interface SummaryPartEvent extends SummaryEvent<
  'response.reasoning_summary_part.added' | 'response.reasoning_summary_part.done'
> {
  readonly part: ResponseSummaryText;
}

interface SummaryTextDelta extends SummaryEvent<'response.reasoning_summary_text.delta'> {
  readonly delta: string;
}

interface SummaryTextDone extends SummaryEvent<'response.reasoning_summary_text.done'> {
  readonly text: string;
}

/** Part of a call's arguments. Its name and `call_id` are those of the item in `response.output_item.added`. */
interface ArgumentsDelta extends ItemEvent<
  'response.function_call_arguments.delta' | 'response.mcp_call_arguments.delta'
> {
  /** JSON text to append. */
  readonly delta: string;
}

interface ArgumentsDone extends ItemEvent<
  'response.function_call_arguments.done' | 'response.mcp_call_arguments.done'
> {
  readonly arguments: string;
}

interface InputDelta extends ItemEvent<'response.custom_tool_call_input.delta'> {
  readonly delta: string;
}

interface InputDone extends ItemEvent<'response.custom_tool_call_input.done'> {
  readonly input: string;
}

interface CodeDelta extends ItemEvent<'response.code_interpreter_call_code.delta'> {
  readonly delta: string;
}

interface CodeDone extends ItemEvent<'response.code_interpreter_call_code.done'> {
  readonly code: string;
}

/** The progress of a tool that the server runs. */
type HostedToolEvent = ItemEvent<
  | 'response.web_search_call.in_progress'
  | 'response.web_search_call.searching'
  | 'response.web_search_call.completed'
  | 'response.file_search_call.in_progress'
  | 'response.file_search_call.searching'
  | 'response.file_search_call.completed'
  | 'response.code_interpreter_call.in_progress'
  | 'response.code_interpreter_call.interpreting'
  | 'response.code_interpreter_call.completed'
  | 'response.image_generation_call.in_progress'
  | 'response.image_generation_call.generating'
  | 'response.image_generation_call.completed'
  | 'response.mcp_call.in_progress'
  | 'response.mcp_call.completed'
  | 'response.mcp_call.failed'
  | 'response.mcp_list_tools.in_progress'
  | 'response.mcp_list_tools.completed'
  | 'response.mcp_list_tools.failed'
  | 'response.compaction.compacting'
>;

interface PartialImage extends ItemEvent<'response.image_generation_call.partial_image'> {
  readonly partial_image_index: number;
  /** The image so far, in base64. */
  readonly partial_image_b64: string;
}

interface ShellCommand extends CommandEvent<'response.shell_call_command.added' | 'response.shell_call_command.done'> {
  readonly command?: string | null | undefined;
}

interface ShellCommandDelta extends CommandEvent<'response.shell_call_command.delta'> {
  readonly delta: string;
}

interface ShellOutputDelta extends CommandEvent<'response.shell_call_output_content.delta'> {
  readonly delta: { readonly stdout?: string | undefined; readonly stderr?: string | undefined };
}

interface ShellOutputDone extends CommandEvent<'response.shell_call_output_content.done'> {
  readonly output: readonly unknown[];
}

interface PatchDelta extends ItemEvent<'response.apply_patch_call_operation_diff.delta'> {
  readonly delta: string;
}

interface PatchDone extends ItemEvent<'response.apply_patch_call_operation_diff.done'> {
  readonly diff?: string | undefined;
}

interface AudioDelta extends EventBase<'response.audio.delta' | 'response.audio.transcript.delta'> {
  /** Audio in base64, or text of the transcript, to append. */
  readonly delta: string;
}

type AudioDone = EventBase<'response.audio.done' | 'response.audio.transcript.done'>;

/**
 * One event of a stream of `/responses`, as emitted by `responses()`; `type` tells which. Unknown types and fields pass
 * through at run time.
 */
export type ResponseEvent =
  | LifecycleEvent
  | OutputItemEvent
  | ContentPartEvent
  | OutputTextDelta
  | OutputTextDone
  | AnnotationEvent
  | RefusalDelta
  | RefusalDone
  | ReasoningTextDelta
  | ReasoningTextDone
  | SummaryPartEvent
  | SummaryTextDelta
  | SummaryTextDone
  | ArgumentsDelta
  | ArgumentsDone
  | InputDelta
  | InputDone
  | CodeDelta
  | CodeDone
  | HostedToolEvent
  | PartialImage
  | ShellCommand
  | ShellCommandDelta
  | ShellOutputDelta
  | ShellOutputDone
  | PatchDelta
  | PatchDone
  | AudioDelta
  | AudioDone;
