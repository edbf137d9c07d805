/** A part of an input with images. */
export type ModerationInputPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } };

/** A request to `/moderations`. Unknown fields are sent unchanged. */
export interface ModerationsRequest {
  /** A text, several texts, each with a result of its own, or one input of texts and images. */
  readonly input: string | readonly string[] | readonly ModerationInputPart[];
  readonly model?: string | undefined;
  readonly [key: string]: unknown;
}

/** What the model found in one input. */
export interface ModerationResult {
  readonly flagged: boolean;
  /** Whether the input falls into each category. */
  readonly categories: Readonly<Record<string, boolean | null>>;
  /** How sure the model is, from 0 to 1. */
  readonly category_scores: Readonly<Record<string, number>>;
  readonly category_applied_input_types?: Readonly<Record<string, readonly string[]>> | null | undefined;
  readonly [key: string]: unknown;
}

/** The server's answer, one result per input. */
export interface ModerationsAnswer {
  readonly id?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly results: readonly ModerationResult[];
  readonly [key: string]: unknown;
}
