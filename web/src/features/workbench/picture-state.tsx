/** Over the place of the picture while it is not there, or not as sharp as it will be: how far it is, and what can be done. */
import { RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';

import type { Opening } from '~/canvas/open-picture';
import type { TiledPicture } from '~/canvas/tiled/tiled-picture';
import { useStore } from '~/lib/use-store';
import { Button } from '~/ui/controls';
import { Failed } from '~/ui/feedback';
import type { TaskImage } from './use-image';

const mega = (bytes: number): string => (bytes / 1e6).toFixed(1);

export function PictureState({ image }: { image: TaskImage }): ReactNode {
  const { state, again, stop } = image;
  switch (state.name) {
    case 'opening':
      return state.opening && <OnItsWay opening={state.opening} stop={stop} />;
    case 'open':
      return state.picture.tiles && <Sharpness tiles={state.picture.tiles} again={again} />;
    case 'failed':
      return (
        <div className="stage-message">
          <Failed error={state.error} retry={again} />
        </div>
      );
    case 'stopped':
      return (
        <div className="stage-message">
          <div className="empty">
            <p>The picture was not loaded.</p>
            <Button icon={<RotateCw size={14} aria-hidden />} onClick={again}>
              Load it
            </Button>
          </div>
        </div>
      );
  }
}

/** Only a large picture has anything to say, and it is seen only if that takes a while. */
function OnItsWay({ opening, stop }: { opening: Opening; stop: () => void }): ReactNode {
  const progress = useStore(opening.progress);
  if (!progress) return null;
  const { loaded, total } = progress.stage === 'fetching' ? progress.arrived : { loaded: 0, total: null };
  const what = progress.stage === 'fetching' ? 'Loading the picture' : 'Decoding the picture';
  const far = total === null ? '' : `: ${mega(loaded)} of ${mega(total)} MB`;
  return (
    <div className="picture-progress" data-testid="picture-progress">
      <progress {...(total === null ? {} : { value: loaded, max: total })} aria-label={what} />
      <span className="num" role="status">
        {what}
        <span aria-hidden>{far}</span>
      </span>
      <Button look="plain" onClick={stop}>
        Stop
      </Button>
    </div>
  );
}

/** Its pixels were let go of while nobody looked closely, and come back; or they do not. */
function Sharpness({ tiles, again }: { tiles: TiledPicture; again: () => void }): ReactNode {
  const readiness = useStore(tiles.readiness);
  if (readiness === 'ready') return null;
  if (readiness === 'decoding') {
    return (
      <div className="picture-progress" data-testid="picture-progress">
        <progress aria-label="Decoding the picture" />
        <span role="status">Decoding the picture</span>
      </div>
    );
  }
  return (
    <div className="picture-progress picture-trouble" role="alert">
      <span>The picture cannot be shown sharply: this browser may have run out of memory.</span>
      <Button onClick={again}>Load it again</Button>
    </div>
  );
}
