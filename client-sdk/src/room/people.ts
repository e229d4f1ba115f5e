/** Everything of a room that concerns people and is gone when they are: who is here, where they point, what they draw. */
import type { Link } from '../session/channel.js';
import type { Timers } from '../util/env.js';
import type { PresenceDiff, TaskJoined } from '../wire/types.js';
import { Cursors } from './cursors.js';
import { Ghosts } from './ghosts.js';
import { Presence } from './presence.js';

export class People {
  readonly presence: Presence;
  readonly cursors: Cursors;
  readonly ghosts: Ghosts;

  constructor(timers: Timers) {
    this.presence = new Presence(timers);
    this.cursors = new Cursors(timers);
    this.ghosts = new Ghosts(timers);
  }

  join(link: Link, task: TaskJoined): void {
    this.presence.join(link, task.peer, task.peers);
    this.cursors.join(link, task.peer, this.presence.hasOthers);
    this.ghosts.join(link, task.peer, task.ghost_epoch);
  }

  part(): void {
    this.presence.part();
    this.cursors.part();
    this.ghosts.part();
  }

  changed(diff: PresenceDiff): void {
    this.presence.apply(diff);
    this.cursors.gone(diff.left);
    this.cursors.watched(this.presence.hasOthers);
  }

  /** I am about to go. */
  withdraw(): void {
    this.cursors.leave();
    this.ghosts.clearMine();
  }

  dispose(): void {
    this.presence.dispose();
    this.cursors.dispose();
    this.ghosts.dispose();
  }
}
