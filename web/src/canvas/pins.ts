import type { ThreadSnapshot } from '@tandem/client';

import { clusters, type Cluster, type Pinned } from '~/geometry/clusters';
import { toStage } from '~/geometry/view';
import { distance, type ImagePoint } from '~/geometry/points';
import { initials, inkOn } from '~/lib/color';
import type { Desk } from '~/tools/desk';

/** Who a comment is by, as their pin shows it. */
export interface Face {
  readonly name: string;
  readonly color: string;
}

export type Faces = (userId: string | null) => Face;

interface Pin extends Pinned {
  readonly thread: ThreadSnapshot;
}

interface Shown {
  readonly element: HTMLButtonElement;
  cluster: Cluster<Pin>;
}

/** CSS pixels that two pins are apart, so that both can be read and pressed. */
const NEAR = { fine: 26, coarse: 40 };
/** From this scale on zooming in parts nothing any more: the comments are at one place. */
const PARTED = 12;

/** Where comments are, as buttons of a constant size that go with the picture. React never sees them move. */
export class Pins {
  readonly #shown = new Map<string, Shown>();
  readonly #stop: (() => void)[];
  readonly #coarse = matchMedia('(pointer: coarse)');
  /** Where the next comment goes, while it is written. */
  readonly #begun = document.createElement('div');
  #faces: Faces;
  #frame: number | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly desk: Desk,
    faces: Faces,
  ) {
    this.#faces = faces;
    this.#begun.className = 'pin pin-begun';
    const { room, comments, camera, draft } = desk;
    const soon = (): void => this.#ask();
    this.#stop = [comments, room.regions, room.ghosts, draft, camera.view, camera.stage].map((one) => one.subscribe(soon));
    this.#update();
  }

  /** People are known, or called otherwise now. */
  show(faces: Faces): void {
    this.#faces = faces;
    this.#ask();
  }

  dispose(): void {
    for (const stop of this.#stop) stop();
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.host.replaceChildren();
    this.#shown.clear();
  }

  /** However many pointers move, once a frame, with the picture. */
  #ask(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#update();
    });
  }

  #update(): void {
    const { comments, camera } = this.desk;
    const opened = comments.opened.get();
    const pins = comments.pinned().map((thread): Pin => ({ id: thread.id, at: comments.place(thread.anchor), thread }));
    const isOpened = ({ id }: Pin): boolean => opened?.kind === 'thread' && opened.id === id;
    // What is open stands for itself, whatever lies beside it.
    const near = this.#coarse.matches ? NEAR.coarse : NEAR.fine;
    const grouped = clusters(
      pins.filter((pin) => !isOpened(pin)),
      camera.view.get().scale,
      near,
    );
    const present = new Set<string>();
    for (const cluster of [...grouped, ...pins.filter(isOpened).map((pin) => ({ at: pin.at, members: [pin] }))]) {
      const id = cluster.members[0]?.id;
      if (id === undefined) continue;
      present.add(id);
      const shown = this.#shown.get(id) ?? this.#make(id, cluster);
      shown.cluster = cluster;
      this.#dress(shown, opened?.kind === 'thread' && opened.id === id);
      this.#put(shown.element, cluster.at);
    }
    for (const [id, { element }] of this.#shown) {
      if (present.has(id)) continue;
      element.remove();
      this.#shown.delete(id);
    }
    if (opened?.kind === 'new') {
      if (!this.#begun.isConnected) this.host.append(this.#begun);
      this.#put(this.#begun, comments.place(opened.anchor));
    } else this.#begun.remove();
  }

  #make(id: string, cluster: Cluster<Pin>): Shown {
    const element = document.createElement('button');
    element.type = 'button';
    // With the keys one goes from comment to comment, and through the list: a picture full of pins is no path for Tab.
    element.tabIndex = -1;
    element.dataset.testid = 'pin';
    element.append(Object.assign(document.createElement('span'), { className: 'pin-reach' }));
    const shown = { element, cluster };
    element.addEventListener('click', () => this.#press(shown));
    for (const type of ['pointerdown', 'dblclick'] as const) element.addEventListener(type, (event) => event.stopPropagation());
    this.host.append(element);
    this.#shown.set(id, shown);
    return shown;
  }

  #press({ cluster }: Shown): void {
    const { comments, camera } = this.desk;
    const [first] = cluster.members;
    if (!first) return;
    const opened = comments.opened.get();
    if (cluster.members.length === 1) {
      if (opened?.kind === 'thread' && opened.id === first.id) comments.close();
      else comments.open(first.id);
    } else if (comesApart(cluster) && camera.view.get().scale < PARTED)
      camera.visitAll(
        cluster.members.map(({ at }) => at),
        PARTED,
      );
    else comments.open((cluster.members.find(({ thread }) => comments.isUnread(thread)) ?? first).id);
  }

  #dress({ element, cluster: { members } }: Shown, open: boolean): void {
    const { comments } = this.desk;
    const [first] = members;
    if (!first) return;
    const many = members.length > 1;
    const unread = members.some(({ thread }) => comments.isUnread(thread));
    const resolved = members.every(({ thread }) => thread.resolved !== null);
    const face = this.#faces(first.thread.comments[0]?.author ?? null);
    const flags = { 'pin-many': many, 'pin-unread': unread, 'pin-resolved': resolved, 'pin-open': open };
    const on = Object.entries(flags).flatMap(([name, is]) => (is ? [name] : []));
    set(element, 'class', ['pin', ...on].join(' '));
    set(element, 'data-initials', many ? String(members.length) : initials(face.name));
    set(element, 'data-thread', first.id);
    set(element, 'aria-label', many ? `${members.length} comments here` : spoken(first.thread, face.name, unread));
    set(element, 'aria-expanded', String(open));
    if (element.style.getPropertyValue('--face') === face.color) return;
    element.style.setProperty('--face', face.color);
    element.style.setProperty('--ink', inkOn(face.color));
  }

  #put(element: HTMLElement, at: ImagePoint): void {
    const p = toStage(this.desk.camera.view.get(), at);
    element.style.transform = `translate(${Math.round(p.x)}px, ${Math.round(p.y)}px)`;
  }
}

/** Whether zooming in tells any two of them apart. */
const comesApart = ({ at, members }: Cluster<Pin>): boolean => members.some((pin) => distance(at, pin.at) * PARTED > NEAR.coarse);

/** Writing what is there already makes browsers lay out and speak anew. */
function set(element: HTMLElement, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function spoken(thread: ThreadSnapshot, name: string, unread: boolean): string {
  const { comments, resolved } = thread;
  const replies = comments.length - 1;
  const parts = [
    `Comment by ${name}`,
    replies > 0 && `${replies} ${replies === 1 ? 'reply' : 'replies'}`,
    unread && 'unread',
    resolved && 'resolved',
  ];
  return parts.filter(Boolean).join(', ');
}
