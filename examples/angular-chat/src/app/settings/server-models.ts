import { Injectable, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { catchError, defer, EMPTY, map, Subject, switchMap, toArray } from 'rxjs';
import { injectClient } from 'rxllm/angular';
import { describeError } from '../conversation/describe-error';

/** The models that the server offers. */
@Injectable({ providedIn: 'root' })
export class ServerModels {
  private readonly client = injectClient();
  private readonly addresses = new Subject<string>();
  private readonly listed = signal<readonly string[]>([]);
  private readonly failure = signal('');

  /** Their names, in the server's order. */
  readonly names = this.listed.asReadonly();
  /** Why they are not known; empty when nothing is wrong. */
  readonly problem = this.failure.asReadonly();

  constructor() {
    this.addresses
      .pipe(
        switchMap((baseURL) =>
          // An address that the client refuses is one more that does not answer; the next one is asked all the same.
          defer(() => this.client.models({ baseURL })).pipe(
            map(({ id }) => id),
            toArray(),
            catchError((error: unknown) => {
              this.failure.set(describeError(error));
              return EMPTY;
            }),
          ),
        ),
        takeUntilDestroyed(),
      )
      .subscribe((names) => this.listed.set(names));
  }

  /** Asks the server at a base URL; what it, or another one, said before is forgotten. */
  load(baseURL: string): void {
    this.failure.set('');
    this.listed.set([]);
    this.addresses.next(baseURL);
  }
}
