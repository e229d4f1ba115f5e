/** Above the picture of somebody whose work came back: why, and the way to what it is about. */
import type { ThreadSnapshot } from '@tandem/client';
import { useState, type ReactNode } from 'react';

import type { Desk } from '~/tools/desk';
import { Button } from '~/ui/controls';
import { Strip } from '../banner';
import { personOf, type Person } from '../use-people';
import { reasonIn } from './verdict';

const LENGTH = 160;

interface SentBackProps {
  desk: Desk;
  remarks: readonly ThreadSnapshot[];
  people: ReadonlyMap<string, Person>;
}

export function SentBack({ desk, remarks, people }: SentBackProps): ReactNode {
  const [at, setAt] = useState(0);
  const [newest] = remarks;
  const me = personOf(people, desk.comments.reader.id).name;
  const said = newest?.comments[0];
  if (!said) {
    return (
      <Strip tone="warn" title="This task came back to you">
        Look it over once more. The list of comments may say why.
      </Strip>
    );
  }
  const text = reasonIn(said.text, me).replace(/\s+/g, ' ');
  const show = (): void => {
    const next = remarks[at % remarks.length];
    if (next) desk.comments.jump(next.id);
    setAt(at + 1);
  };
  const action = (
    <Button onClick={show} data-testid="show-remarks">
      {!desk.camera.hasStage
        ? 'Show it'
        : remarks.length === 1
          ? 'Show where'
          : `Show where (${(at % remarks.length) + 1} of ${remarks.length})`}
    </Button>
  );
  return (
    <Strip tone="warn" title={`${personOf(people, said.author).name} sent this back:`} action={action}>
      {text.length > LENGTH ? `${text.slice(0, LENGTH - 1)}…` : text}
    </Strip>
  );
}
