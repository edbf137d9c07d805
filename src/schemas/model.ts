/** A model of a server. Unknown fields, such as prices and context lengths, are kept. */
export interface Model {
  readonly id: string;
  readonly object?: string | null | undefined;
  /** Seconds since the epoch. */
  readonly created?: number | null | undefined;
  readonly owned_by?: string | null | undefined;
  readonly [key: string]: unknown;
}
