import { CircleMinus, CirclePlus } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { useStore } from '~/lib/use-store';
import { useMe, useModels, type Model } from '~/session/queries';
import type { Desk } from '~/tools/desk';
import { Button, IconButton } from '~/ui/controls';
import { explain } from '~/ui/explain';
import { chooseModel, chosenModel, modelOf } from './chosen-model';

/** Which model the smart polygon asks, what a click says for those who have no Alt key at hand, and how sure the model is. */
export function SmartBar({ desk }: { desk: Desk }): ReactNode {
  const models = useModels();
  if (models.isLoadingError) {
    return (
      <div className="desk-group desk-arriving" role="alert">
        <span>Models: {explain(models.error).detail}</span>
        <Button onClick={() => void models.refetch()}>Try again</Button>
      </div>
    );
  }
  if (models.isPending) return null;
  if (models.data.length === 0) return <NoModel />;
  return (
    <>
      <Chosen models={models.data} />
      <Says desk={desk} />
      <Confidence desk={desk} />
    </>
  );
}

function NoModel(): ReactNode {
  const me = useMe();
  return (
    <div className="desk-group desk-arriving" role="status" data-testid="no-model">
      {me.workspace_role === 'admin' ? (
        <span>
          The smart polygon needs a model, and this workspace has none: <Link href="/admin/models">upload one</Link>.
        </span>
      ) : (
        <span>The smart polygon needs a model, and this workspace has none. A workspace admin can upload one.</span>
      )}
    </div>
  );
}

function Chosen({ models }: { models: readonly Model[] }): ReactNode {
  const chosen = modelOf(models, useStore(chosenModel));
  if (models.length === 1) {
    return (
      <div className="desk-group desk-model" data-testid="model">
        <span className="truncate">{chosen?.name}</span>
      </div>
    );
  }
  return (
    <label className="desk-group desk-model">
      <span>Model</span>
      <select
        className="input"
        value={chosen?.id}
        data-testid="model"
        onChange={(event) => {
          chooseModel(event.target.value);
          // Keys are meant for the picture again: letters would choose in the list.
          event.target.blur();
        }}
      >
        {models.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Says({ desk }: { desk: Desk }): ReactNode {
  const leavesOut = useStore(desk.leavesOut);
  return (
    <div className="desk-group" role="group" aria-label="What a click says of where it is">
      <IconButton
        label="Belongs to the thing"
        side="bottom"
        pressed={!leavesOut}
        onClick={() => desk.leavesOut.set(false)}
        data-testid="says-inside"
      >
        <CirclePlus size={16} aria-hidden />
      </IconButton>
      <IconButton
        label="Does not belong to it (Alt)"
        side="bottom"
        pressed={leavesOut}
        onClick={() => desk.leavesOut.set(true)}
        data-testid="says-outside"
      >
        <CircleMinus size={16} aria-hidden />
      </IconButton>
    </div>
  );
}

function Confidence({ desk }: { desk: Desk }): ReactNode {
  const confidence = useStore(desk.draft)?.confidence;
  if (confidence === undefined) return null;
  return (
    <div className="desk-group desk-confidence" title="How good the model takes its own outline for">
      <span className="num" data-testid="confidence">
        {Math.round(confidence * 100)} % sure
      </span>
    </div>
  );
}
