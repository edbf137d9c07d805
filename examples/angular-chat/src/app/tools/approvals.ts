import { inject, Injectable, signal } from '@angular/core';
import type { ToolCall } from 'rxllm';
import { defer, finalize, type Observable, Subject, take } from 'rxjs';
import { SettingsStore } from '../settings/settings-store';

/** Asks the user whether the calls of a model may run. Calls are told apart by identity, since servers repeat their ids. */
@Injectable({ providedIn: 'root' })
export class Approvals {
  private readonly settings = inject(SettingsStore);
  private readonly asked = signal<ReadonlyMap<ToolCall, Subject<boolean>>>(new Map());

  /** Decides about a call: at once, or when the user answers. Unsubscribing withdraws the question. */
  readonly approve = (call: ToolCall): boolean | Observable<boolean> =>
    this.settings.lendsTools() && (!this.settings.asksFirst() || this.ask(call));

  /** Whether a call waits for the user. */
  isAsked(call: ToolCall): boolean {
    return this.asked().has(call);
  }

  /** Lets a call run. */
  allow(call: ToolCall): void {
    this.asked().get(call)?.next(true);
  }

  /** Keeps a call from running. An error, not `false`: the run keeps it, so that the page can show why the call failed. */
  deny(call: ToolCall): void {
    this.asked().get(call)?.error(new Denial());
  }

  private ask(call: ToolCall): Observable<boolean> {
    return defer(() => {
      const answers = new Subject<boolean>();
      this.asked.update((asked) => new Map(asked).set(call, answers));
      return answers.pipe(
        take(1),
        finalize(() => this.asked.update((asked) => new Map([...asked].filter(([other]) => other !== call)))),
      );
    });
  }
}

/** The user denied a call. */
class Denial extends Error {
  override readonly name = 'Denial';
  override readonly message = 'The user denied this call.';
}

/** Whether a call failed because the user denied it; works for errors that were saved, too. */
export function isDenial(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'Denial';
}
