import { Component, computed, input } from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import type { RetryNotice } from 'rxllm';
import { map, switchMap, takeWhile, timer } from 'rxjs';
import { describeError } from './describe-error';

/** Shows why a reply is retried, and counts down the seconds until then. */
@Component({
  selector: 'chat-retry-countdown',
  template: `
    <p class="retry">
      {{ reason() }} Attempt {{ notice().attempt + 1 }} follows in <span class="seconds">{{ seconds() }} s</span>.
    </p>
  `,
})
export class RetryCountdown {
  readonly notice = input.required<RetryNotice>();

  readonly reason = computed(() => describeError(this.notice().reason));
  readonly seconds = toSignal(
    toObservable(this.notice).pipe(
      switchMap(({ at }) =>
        timer(0, 250).pipe(
          map(() => Math.max(0, Math.ceil((at - Date.now()) / 1000))),
          takeWhile((left) => left > 0, true),
        ),
      ),
    ),
  );
}
