/** What keys have chosen of the selected shape, in words: what is filled on the picture is not seen by everybody. */
import { choosable, isSameGrip, type ChosenGrip } from '~/geometry/grips';
import type { Handle } from '~/geometry/handles';
import type { Desk } from './desk';

const SIDES: Record<Handle, string> = {
  nw: 'Top left corner',
  n: 'Top side',
  ne: 'Top right corner',
  e: 'Right side',
  se: 'Bottom right corner',
  s: 'Bottom side',
  sw: 'Bottom left corner',
  w: 'Left side',
};

export function chosenWords(desk: Desk): string | null {
  const grip = desk.vertex.get();
  const [sole] = desk.selected();
  if (!grip || !sole) return null;
  if (grip.type === 'turn') return 'Knob · Arrows turn, Shift: by ten degrees';
  const what =
    grip.type === 'side' ? SIDES[grip.handle] : (jointName(desk, sole.label, grip) ?? place(choosable(sole.geometry), grip));
  return `${what} · Arrows move it, Shift: by ten`;
}

function jointName(desk: Desk, label: string, grip: Extract<ChosenGrip, { type: 'vertex' }>): string | undefined {
  const [sole] = desk.selected();
  return sole?.geometry.kind === 'keypoints' ? desk.joints(label)[grip.index] : undefined;
}

function place(all: readonly ChosenGrip[], grip: ChosenGrip): string {
  const at = all.findIndex((other) => isSameGrip(other, grip));
  return `Point ${at + 1} of ${all.length}`;
}
