/** The picture of a task and everything that lies over it. */
import type { ReactNode } from 'react';

import { Canvas } from '~/canvas/canvas';
import type { Looks } from '~/canvas/overlay';
import type { Faces } from '~/canvas/pins';
import type { Pointers } from '~/canvas/pointers';
import type { Underlay } from '~/canvas/underlay';
import type { Desk } from '~/tools/desk';
import { OpenedComment } from './comments/thread-card';
import { DeskBar } from './desk-bar';
import { Minimap } from './minimap';
import { PictureState } from './picture-state';
import { SeeingPanel } from './seeing-panel';
import type { TaskImage } from './use-image';
import type { Person } from './use-people';

interface PictureProps {
  desk: Desk;
  projectId: string;
  image: TaskImage;
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
        {...{ desk, looks, faces, underlay }}
        picture={image.picture}
        describedBy="bench-help"
        onPointers={rest.onPointers}
        onTouch={rest.onTouch}
      />
      <DeskBar desk={desk} taken={taken} />
      <Minimap desk={desk} picture={image.picture} />
      {rest.seeing && <SeeingPanel desk={desk} named={looks.names} onClose={rest.onSeen} />}
      {rest.suggestions}
      <OpenedComment desk={desk} people={people} projectId={projectId} />
      <PictureState image={image} />
    </div>
  );
}
