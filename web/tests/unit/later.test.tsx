// @vitest-environment happy-dom
import { act, type ComponentType } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { Boundary } from '~/app/boundary';
import { later } from '~/lib/later';

interface Program {
  default: ComponentType<{ name: string }>;
}
const Part = ({ name }: { name: string }) => <p>hello {name}</p>;

describe('a part of the app that is loaded when it is shown', () => {
  let root: Root;
  let place: HTMLElement;
  let arrive: (program: Program) => void;
  let fail: (error: unknown) => void;
  let asked: number;
  const load = (): Promise<Program> => {
    asked += 1;
    return new Promise((resolve, reject) => {
      arrive = resolve;
      fail = reject;
    });
  };
  const settled = (happen: () => void) =>
    act(async () => {
      happen();
      await Promise.resolve();
    });
  const show = (what: React.ReactNode) => act(() => root.render(what));

  beforeEach(() => {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
    asked = 0;
    place = document.createElement('div');
    root = createRoot(place);
  });
  afterEach(() => act(() => root.unmount()));

  test('has something else in its place until then, and is there the next time at once', async () => {
    const Later = later(load, <i>waiting</i>);
    show(<Later name="Anna" />);
    expect(place.innerHTML).toBe('<i>waiting</i>');
    await settled(() => arrive({ default: Part }));
    expect(place.textContent).toBe('hello Anna');
    show(null);
    show(<Later name="Ben" />);
    expect(place.textContent).toBe('hello Ben');
    expect(asked).toBe(1);
  });

  test('says to those around it that it could not be loaded, and is loaded anew when it is shown anew', async () => {
    const Later = later(load, <i>waiting</i>);
    const around = (of: number) => (
      <Boundary of={of} fallback={(error) => <b>{error.message}</b>}>
        <Later name="Anna" />
      </Boundary>
    );
    show(around(1));
    await settled(() => fail('gone'));
    expect(place.innerHTML).toBe('<b>gone</b>');
    show(around(2));
    await settled(() => arrive({ default: Part }));
    expect(place.textContent).toBe('hello Anna');
  });

  test('that is left before it came changes nothing any more', async () => {
    const Later = later(load, <i>waiting</i>);
    show(<Later name="Anna" />);
    show(<p>elsewhere</p>);
    await settled(() => arrive({ default: Part }));
    expect(place.textContent).toBe('elsewhere');
  });
});
