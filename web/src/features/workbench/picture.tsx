/** The picture of a task and everything that lies over it. */
import type { ReactNode } from 'react';

import { Canvas } from '~/canvas/canvas';
import type { Looks } from '~/canvas/overlay';
import type { Faces } from '~/canvas/pins';
import type { Pointers } from '~/canvas/pointers';
import type { Underlay } from '~/canvas/underlay';
import type { Desk } from '~/tools/desk';
import { Failed } from '~/ui/feedback';
import { OpenedComment } from './comments/thread-card';
import { DeskBar } from './desk-bar';
import { Minimap } from './minimap';
import { SeeingPanel } from './seeing-panel';
import type { Person } from './use-people';

interface PictureProps {
  desk: Desk;
  projectId: string;
  image: HTMLImageElement | null;
  imageError: Error | null;
  reloadImage: () => void;
  looks: Looks;
  people: ReadonlyMap<string, Person>;
  faces: Faces;
  /** Keys that labels have here. */
  taken: ReadonlySet<string>;
  underlay: Underlay | null;
  /** Beside the suggestion that is looked at. */
  suggestions?: ReactNode;
  seeing: boolean;
  onSeen: () => void;
  onPointers: (pointers: Pointers | null) => void;
  onTouch: () => void;
}

export function Picture({ desk, projectId, image, looks, people, faces, taken, underlay, ...rest }: PictureProps): ReactNode {
  return (
    <div className="bench-canvas">
      <Canvas
        {...{ desk, image, looks, faces, underlay }}
        describedBy="bench-help"
        onPointers={rest.onPointers}
        onTouch={rest.onTouch}
      />
      <DeskBar desk={desk} taken={taken} />
      <Minimap desk={desk} image={image} />
      {rest.seeing && <SeeingPanel desk={desk} onClose={rest.onSeen} />}
      {rest.suggestions}
      <OpenedComment desk={desk} people={people} projectId={projectId} />
      {rest.imageError && (
        <div className="stage-message">
          <Failed error={rest.imageError} retry={rest.reloadImage} />
        </div>
      )}
    </div>
  );
}
