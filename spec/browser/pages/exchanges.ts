import type { Subscription } from 'rxjs';
import { fetchTransport, isLlmError, type TransportRequest } from 'rxllm';

/** A command from a spec to the page. */
export type Command =
  | { readonly type: 'subscribe'; readonly id: number; readonly request: TransportRequest }
  | { readonly type: 'unsubscribe'; readonly id: number };

/** An event of an exchange in the page. */
export type Report =
  | { readonly type: 'head'; readonly status: number; readonly headers: [string, string][] }
  | { readonly type: 'data'; readonly base64: string }
  | { readonly type: 'error'; readonly error: Readonly<Record<string, unknown>> }
  | { readonly type: 'complete' };

declare global {
  interface Window {
    /** Executes commands in one turn. */
    execute: (commands: readonly Command[]) => void;
    /** Sends an event to the spec. */
    report: (id: number, report: Report) => void;
  }
}

const transport = fetchTransport();
const exchanges = new Map<number, Subscription>();

window.execute = (commands) => {
  for (const command of commands) {
    if (command.type === 'subscribe') {
      exchanges.set(command.id, start(command.id, command.request));
    } else {
      exchanges.get(command.id)?.unsubscribe();
    }
  }
};

function start(id: number, request: TransportRequest): Subscription {
  return transport(request).subscribe({
    next: (event) => {
      window.report(
        id,
        event.type === 'head'
          ? { type: 'head', status: event.status, headers: [...event.headers] }
          : { type: 'data', base64: toBase64(event.bytes) },
      );
    },
    error: (error: unknown) => window.report(id, { type: 'error', error: describe(error) }),
    complete: () => window.report(id, { type: 'complete' }),
  });
}

function describe(error: unknown): Readonly<Record<string, unknown>> {
  return isLlmError(error)
    ? { name: error.name, message: error.message, kind: error.kind, retryable: error.retryable }
    : { name: 'unknown', message: String(error) };
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
