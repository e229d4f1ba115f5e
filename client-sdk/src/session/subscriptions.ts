/** The topics joined on one connection. Channel numbers are never used twice, so a late frame of a left topic finds nobody. */
import type { SessionInfo } from '../surface.js';
import type { TimerHandle, Timers } from '../util/env.js';
import type { ServerHot } from '../wire/hot.js';
import type { ErrorMessage, Subscribed } from '../wire/types.js';
import { backoff } from './backoff.js';
import type { Channel, ChannelControl, Link } from './channel.js';
import type { Connection } from './connection.js';

interface Subscription {
  readonly channel: Channel;
  readonly number: number;
  /** Joins in vain before this one. */
  readonly attempt: number;
  /** When; undefined: not yet. */
  joinedAt: number | undefined;
}

/** Errors about one message of ours on a joined topic. Any other error there means that the server has let go of the subscription. */
const ABOUT_ONE_MESSAGE: ReadonlySet<string> = new Set(['ghost_refused', 'presence_refused', 'read_only', 'bad_request']);
/** The topic is no longer ours to see: asking again would only be answered by "not found". */
const ACCESS_ENDED = 'access_ended';
/** The topic goes on in another document, which is there already. */
const DOCUMENT_MOVED = 'document_moved';
/** A subscription that lasted this long was a good one. */
const GOOD_MS = 5_000;

interface Environment {
  readonly timers: Timers;
  readonly random: () => number;
}

export type SubscriptionControl = ChannelControl | ({ type: 'subscribed' } & Subscribed) | ({ type: 'error' } & ErrorMessage);

export class Subscriptions {
  readonly #byNumber = new Map<number, Subscription>();
  readonly #byChannel = new Map<Channel, Subscription>();
  readonly #retries = new Map<Channel, TimerHandle>();
  #ended = false;

  constructor(
    private readonly connection: Connection,
    private readonly info: SessionInfo,
    private readonly env: Environment,
    private readonly nextNumber: () => number,
  ) {}

  join(channel: Channel, attempt = 0): void {
    if (this.#ended || this.#byChannel.has(channel)) return;
    const subscription: Subscription = { channel, number: this.nextNumber(), attempt, joinedAt: undefined };
    this.#byNumber.set(subscription.number, subscription);
    this.#byChannel.set(channel, subscription);
    this.connection.control({
      type: 'subscribe',
      channel: subscription.number,
      topic: channel.topic(this.info),
      ...channel.holds(),
    });
  }

  leave(channel: Channel): void {
    this.#stopRetry(channel);
    const subscription = this.#byChannel.get(channel);
    if (!subscription) return;
    this.#forget(subscription);
    this.connection.control({ type: 'unsubscribe', channel: subscription.number });
  }

  control(message: SubscriptionControl): void {
    if (message.type === 'error') {
      this.#error(message);
      return;
    }
    const subscription = this.#byNumber.get(message.channel);
    if (!subscription) return;
    if (message.type === 'subscribed') {
      subscription.joinedAt ??= this.env.timers.now();
      subscription.channel.joined(message, this.#link(subscription));
    } else if (subscription.joinedAt !== undefined) subscription.channel.control(message);
  }

  hot(message: ServerHot): void {
    const subscription = this.#byNumber.get(message.channel);
    if (subscription?.joinedAt !== undefined) subscription.channel.hot(message);
  }

  end(): void {
    this.#ended = true;
    for (const timer of this.#retries.values()) this.env.timers.clearTimeout(timer);
    const channels = [...this.#byChannel.keys()];
    this.#byChannel.clear();
    this.#byNumber.clear();
    for (const channel of channels) channel.parted();
  }

  #error(error: ErrorMessage): void {
    const subscription = error.channel == null ? undefined : this.#byNumber.get(error.channel);
    if (!subscription) return;
    if (error.seq != null) subscription.channel.refused(error.seq, error);
    else if (subscription.joinedAt === undefined) this.#notJoined(subscription, error);
    else if (ABOUT_ONE_MESSAGE.has(error.code)) subscription.channel.warned(error);
    else if (error.code === ACCESS_ENDED) this.#shutOut(subscription, error);
    else if (error.code === DOCUMENT_MOVED) this.#again(subscription);
    else this.#lost(subscription, subscription.joinedAt);
  }

  #notJoined(subscription: Subscription, error: ErrorMessage): void {
    const { channel, attempt } = subscription;
    this.#forget(subscription);
    if (error.retryable) this.#joinLater(channel, attempt);
    else channel.failed(error);
  }

  #shutOut(subscription: Subscription, error: ErrorMessage): void {
    this.#forget(subscription);
    subscription.channel.parted();
    subscription.channel.failed(error);
  }

  /** Thrown out. Whether for good, the answer to the next `subscribe` says. */
  #lost(subscription: Subscription, joinedAt: number): void {
    const { channel, attempt } = subscription;
    this.leave(channel);
    channel.parted();
    this.#joinLater(channel, this.env.timers.now() - joinedAt < GOOD_MS ? attempt : 0);
  }

  #joinLater(channel: Channel, attempt: number): void {
    const again = (): void => {
      this.#retries.delete(channel);
      this.join(channel, attempt + 1);
    };
    this.#retries.set(channel, this.env.timers.setTimeout(again, backoff(attempt, this.env.random)));
  }

  #again({ channel }: Subscription): void {
    this.leave(channel);
    channel.parted();
    this.join(channel);
  }

  #link(subscription: Subscription): Link {
    const { number } = subscription;
    const alive = (): boolean => this.#byNumber.get(number) === subscription;
    const connection = this.connection;
    return {
      number,
      info: this.info,
      get congested() {
        return connection.congested;
      },
      hot: (message) => alive() && connection.hot({ ...message, channel: number }),
      control: (message) => alive() && connection.control({ ...message, channel: number }),
      resubscribe: () => {
        if (alive()) this.#again(subscription);
      },
    };
  }

  #stopRetry(channel: Channel): void {
    const timer = this.#retries.get(channel);
    if (timer !== undefined) this.env.timers.clearTimeout(timer);
    this.#retries.delete(channel);
  }

  #forget(subscription: Subscription): void {
    this.#byNumber.delete(subscription.number);
    this.#byChannel.delete(subscription.channel);
  }
}
