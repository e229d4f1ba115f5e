import { RotateCcw, X } from 'lucide-react';
import { useId, type ReactNode } from 'react';

import { AS_IT_IS, CHANNELS, isAsItIs, type Channel } from '~/lib/adjust';
import { useSelected, useStore } from '~/lib/use-store';
import type { Desk } from '~/tools/desk';
import { NAMES_SHOWN, RANGES, type Look } from '~/tools/seeing';
import { Button, IconButton } from '~/ui/controls';
import { NAMES_WORDS } from './words';

const CHANNEL_NAMES: Record<Channel, string> = {
  colour: 'Colour',
  red: 'Red only',
  green: 'Green only',
  blue: 'Blue only',
  grey: 'Grey',
};

interface SeeingPanelProps {
  desk: Desk;
  /** Whether the layout lets regions show their labels. */
  named: boolean;
  onClose: () => void;
}

/** How I see the picture and the shapes on it. Nobody else sees it so, and nothing of it is kept with the work. */
export function SeeingPanel({ desk, named, onClose }: SeeingPanelProps): ReactNode {
  const look = useStore(desk.look);
  const change = (part: Partial<Look>): void => desk.look.set({ ...look, ...part });
  const [channel, names] = [useId(), useId()];
  const slider = (name: keyof typeof RANGES, label: string): ReactNode => (
    <Slider name={name} label={label} value={look[name]} onChange={(value) => change({ [name]: value })} />
  );
  const flag = (name: 'equalise' | 'crosshair' | 'minimap', label: string): ReactNode => (
    <label className="seeing-flag">
      <input type="checkbox" checked={look[name]} onChange={(event) => change({ [name]: event.target.checked })} />
      {label}
    </label>
  );
  return (
    <section className="seeing" aria-label="How the picture is shown">
      <div className="seeing-head">
        <h2 className="side-title">Picture</h2>
        <span className="spacer" />
        <IconButton label="Close" onClick={onClose} side="bottom">
          <X size={15} aria-hidden />
        </IconButton>
      </div>
      <Turning desk={desk} />
      {slider('brightness', 'Brightness')}
      {slider('contrast', 'Contrast')}
      {slider('gamma', 'Gamma')}
      <div className="seeing-row">
        <label htmlFor={channel}>Channel</label>
        <select
          id={channel}
          className="input"
          value={look.channel}
          onChange={(event) => change({ channel: CHANNELS.find((c) => c === event.target.value) ?? 'colour' })}
        >
          {CHANNELS.map((c) => (
            <option key={c} value={c}>
              {CHANNEL_NAMES[c]}
            </option>
          ))}
        </select>
      </div>
      {flag('equalise', 'Equalise light and dark')}
      <Button
        icon={<RotateCcw size={14} aria-hidden />}
        disabled={isAsItIs(look)}
        onClick={() => change(AS_IT_IS)}
        className="seeing-reset"
      >
        As it is
      </Button>
      <h2 className="side-title">Shapes</h2>
      {slider('fill', 'Fill')}
      <div className="seeing-row seeing-names">
        <label htmlFor={names}>Names</label>
        <select
          id={names}
          className="input"
          value={named ? look.names : 'none'}
          disabled={!named}
          title={named ? undefined : 'The layout of this task shows no names'}
          onChange={(event) => change({ names: NAMES_SHOWN.find((shown) => shown === event.target.value) ?? 'all' })}
        >
          {NAMES_SHOWN.map((shown) => (
            <option key={shown} value={shown}>
              {NAMES_WORDS[shown]}
            </option>
          ))}
        </select>
      </div>
      {flag('crosshair', 'Lines through the pointer')}
      {flag('minimap', 'Small map while zoomed in')}
    </section>
  );
}

/** Of this visit, unlike the rest: the next picture may well be the right way up. */
function Turning({ desk }: { desk: Desk }): ReactNode {
  const id = useId();
  const turn = useSelected(desk.camera.view, (view) => view.turn);
  const degrees = Math.round(turn > 180 ? turn - 360 : turn);
  return (
    <div className="seeing-row">
      <label htmlFor={id}>Turn</label>
      <input
        id={id}
        type="range"
        min={-179}
        max={180}
        step={1}
        value={degrees}
        onChange={(event) => desk.camera.turnTo(Number(event.target.value))}
        data-testid="turn"
      />
      <span className="num">{degrees}°</span>
    </div>
  );
}

interface SliderProps {
  name: keyof typeof RANGES;
  label: string;
  value: number;
  onChange: (value: number) => void;
}

function Slider({ name, label, value, onChange }: SliderProps): ReactNode {
  const id = useId();
  const [min, max] = RANGES[name];
  return (
    <div className="seeing-row">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={0.05}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      <span className="num">{Math.round(value * 100)}%</span>
    </div>
  );
}
