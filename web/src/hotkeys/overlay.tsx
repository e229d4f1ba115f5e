import { useState, type ReactNode } from 'react';

import { useStore } from '~/lib/use-store';
import { Button, Kbd } from '~/ui/controls';
import { Dialog } from '~/ui/dialog';
import { ChangeKeys } from './change-keys';
import { COMMANDS, type CommandId } from './commands';
import { keysOf, myKeys, type MyKeys } from './keymap';
import { type KeysHere } from './registry';

interface OverlayProps {
  open: boolean;
  onClose: () => void;
  keys: KeysHere;
  /** Somebody gave keys to other things. */
  onChange: (next: MyKeys) => void;
}

/** The arrows that are said by one of them. */
const ONE_OF_FOUR: ReadonlySet<string> = new Set(['nudgeRight', 'nudgeUp', 'nudgeDown']);

export function HotkeyOverlay({ open, onClose, keys, onChange }: OverlayProps): ReactNode {
  const [changing, setChanging] = useState(false);
  const close = (): void => {
    setChanging(false);
    onClose();
  };
  return (
    <Dialog open={open} onClose={close} title={changing ? 'Change keys' : 'Keys'} wide>
      {changing ? (
        <ChangeKeys keys={keys} onChange={onChange} onDone={() => setChanging(false)} />
      ) : (
        <AllKeys keys={keys} onChange={() => setChanging(true)} />
      )}
    </Dialog>
  );
}

function AllKeys({ keys: { shown, taken, moved, idle }, onChange }: { keys: KeysHere; onChange: () => void }): ReactNode {
  const mine = useStore(myKeys);
  const ids = (Object.keys(COMMANDS) as CommandId[]).filter((id) => !ONE_OF_FOUR.has(id) && !idle.has(id));
  const groups = [...new Set(ids.map((id) => COMMANDS[id].group))];
  return (
    <>
      <div className="toolbar">
        <span className="spacer" />
        <Button onClick={onChange}>Change keys</Button>
      </div>
      <div className="keys" role="group" aria-label="All keys" tabIndex={0}>
        {groups.map((group) => (
          <section key={group}>
            <h3 className="section-title">{group}</h3>
            <dl>
              {ids
                .filter((id) => COMMANDS[id].group === group)
                .map((id) => (
                  <Row
                    key={id}
                    title={COMMANDS[id].title}
                    keys={keysOf(id, mine).filter((key) => !taken.has(key))}
                    after={mine[id] ? 'yours' : undefined}
                  />
                ))}
            </dl>
          </section>
        ))}
        <section>
          <h3 className="section-title">Pointer</h3>
          <dl>
            <Row title="Zoom to the pointer" keys={['Wheel']} />
            <Row title="Move the image" keys={[' ']} after="drag" />
            <Row title="Add to the selection" keys={['Shift']} after="click" />
            <Row title="Select what lies within" keys={['Shift']} after="drag" />
            <Row title="Take a point away; elsewhere: what lies below" keys={['Alt']} after="click" />
            <Row title="Brush size, tolerance of the wand" keys={['Alt']} after="wheel" />
            <Row title="Wand: add to what it has" keys={['Shift']} after="click" />
            <Row title="Wand: take away from it" keys={['Alt']} after="click" />
            <Row title="Scissors: straight to here" keys={['Control']} after="click" />
          </dl>
        </section>
        <section>
          <h3 className="section-title">Drawing without a mouse</h3>
          <dl>
            <Row title="Nothing selected: the pointer of the keys" keys={['ArrowLeft', 'ArrowRight']} />
            <Row title="Press, and release" keys={[' ']} />
            <Row title="The shape is whole" keys={['Enter']} />
          </dl>
        </section>
        {shown.size > 0 && (
          <section>
            <h3 className="section-title">Labels</h3>
            <dl>
              {[...shown].map(([name, key]) => (
                <Row key={name} title={name} keys={[key]} after={moved.get(name)} />
              ))}
              <Row title="Not only the next shape, the one just drawn too" keys={['Shift']} after="and its key" />
            </dl>
          </section>
        )}
      </div>
    </>
  );
}

const Row = ({ title, keys, after }: { title: string; keys: readonly string[]; after?: string | undefined }): ReactNode => (
  <div className="keys-row">
    <dt>{title}</dt>
    <dd>
      {keys.slice(0, 2).map((key) => (
        <Kbd key={key} keys={key} />
      ))}
      {after && <small className="muted">{after}</small>}
    </dd>
  </div>
);
