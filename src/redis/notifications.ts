import {
  catchError,
  defer,
  finalize,
  NEVER,
  Observable,
  ReplaySubject,
  type SchedulerLike,
  share,
  startWith,
  switchMap,
  timer,
} from 'rxjs';
import type { RedisClient, RedisSubscriber } from './redis-client.js';

/** A reader of a live answer comes back within milliseconds: it must not find its connection closed. */
const linger = 500;

/** The channels that readers of this process listen to. */
export interface Notifications {
  /** Whether somebody listens to a channel, or has done so a moment ago. */
  isOpen(channel: string): boolean;
  /**
   * Emits once messages of a channel are received, and for each of them. Some may be missing, and more may come. Does not
   * error.
   */
  of(channel: string): Observable<unknown>;
}

const shared = new WeakMap<RedisClient, Notifications>();

/** Returns the channels of a client: all listeners share one duplicate of it, which is closed after the last has left. */
export function notificationsOf(client: RedisClient, scheduler: SchedulerLike): Notifications {
  const notifications = shared.get(client) ?? createNotifications(client, scheduler);
  shared.set(client, notifications);
  return notifications;
}

function createNotifications(client: RedisClient, scheduler: SchedulerLike): Notifications {
  const channels = new Map<string, Observable<unknown>>();
  const connection = connect(client).pipe(share({ connector: () => new ReplaySubject(1) }));

  const open = (channel: string): Observable<unknown> => {
    const messages = connection.pipe(
      switchMap((subscriber) => listen(subscriber, channel)),
      catchError(() => NEVER),
      finalize(() => channels.delete(channel)),
      share({ resetOnRefCountZero: () => timer(linger, scheduler) }),
    );
    channels.set(channel, messages);
    return messages;
  };
  return {
    isOpen: (channel) => channels.has(channel),
    of: (channel) => defer(() => channels.get(channel)?.pipe(startWith(undefined)) ?? open(channel)),
  };
}

function connect(client: RedisClient): Observable<RedisSubscriber> {
  return new Observable((subscriber) => {
    const duplicate = client.duplicate();
    // It connects again by itself. Without a listener, an error would end the process.
    duplicate.on('error', () => undefined);
    duplicate.connect().then(
      () => subscriber.next(duplicate),
      (reason: unknown) => subscriber.error(reason),
    );
    return () => {
      if (duplicate.isOpen) {
        duplicate.destroy();
      }
    };
  });
}

function listen(duplicate: RedisSubscriber, channel: string): Observable<unknown> {
  return new Observable((subscriber) => {
    const listener = (): void => subscriber.next(undefined);
    duplicate.subscribe(channel, listener).then(listener, (reason: unknown) => subscriber.error(reason));
    return () => {
      duplicate.unsubscribe(channel, listener).catch(() => undefined);
    };
  });
}
