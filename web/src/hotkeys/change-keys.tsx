import { useMemo, type ReactNode } from 'react';

import { useStore } from '~/lib/use-store';
import { Button } from '~/ui/controls';
import { ChangeKey } from './change-key';
import { COMMANDS, type CommandId } from './commands';
import { FIXED, myKeys, type MyKeys } from './keymap';
import { holdersHere, type KeysHere } from './registry';

interface ChangeKeysProps {
  keys: KeysHere;
  onChange: (next: MyKeys) => void;
  onDone: () => void;
}

/** Every command with its key, to give it another. They are kept with the person, on the server. */
export function ChangeKeys({ keys, onChange, onDone }: ChangeKeysProps): ReactNode {
  const mine = useStore(myKeys);
  const here = useMemo(() => holdersHere(keys), [keys]);
  const ids = (Object.keys(COMMANDS) as CommandId[]).filter((id) => !FIXED.has(id));
  const groups = [...new Set(ids.map((id) => COMMANDS[id].group))];
  const changed = Object.keys(mine).length;
  return (
    <>
      <div className="toolbar">
        <span className="muted">Press a row’s key and then the key you want. Yours alone, wherever you sign in.</span>
        <span className="spacer" />
        <Button disabled={changed === 0} onClick={() => onChange({})}>
          All back to the usual
        </Button>
        <Button look="solid" onClick={onDone}>
          Done
        </Button>
      </div>
      <div className="keys keys-change" role="group" aria-label="Keys to change">
        {groups.map((group) => (
          <section key={group}>
            <h3 className="section-title">{group}</h3>
            {ids
              .filter((id) => COMMANDS[id].group === group)
              .map((id) => (
                <ChangeKey key={id} id={id} mine={mine} here={here} onChange={onChange} />
              ))}
          </section>
        ))}
      </div>
    </>
  );
}
