import { Injectable, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { catchError, defer, EMPTY, map, Subject, switchMap, toArray } from 'rxjs';
import { injectClient } from 'rxllm/angular';
import { describeError } from '../conversation/describe-error';

/** Loads the names of the models that the server offers. */
@Injectable({ providedIn: 'root' })
export class ServerModels {
  private readonly client = injectClient();
  private readonly addresses = new Subject<string>();
  private readonly listed = signal<readonly string[]>([]);
  private readonly failure = signal('');

  /** The names, in the server's order. */
  readonly names = this.listed.asReadonly();
  /** Why loading failed; empty if it did not. */
  readonly problem = this.failure.asReadonly();

  constructor() {
    this.addresses
      .pipe(
        switchMap((baseURL) =>
          // `defer` turns a URL that the client refuses into an error of this request, so that the next URL is still tried.
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

  /** Loads the models of the server at a base URL, and discards those loaded before. */
  load(baseURL: string): void {
    this.failure.set('');
    this.listed.set([]);
    this.addresses.next(baseURL);
  }
}
