/** On the tab of labels: what is asked about the whole image, and where that is changed. */
import { Plus } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';

import { useLayouts } from '~/features/layouts/queries';
import type { Project } from '~/session/queries';
import { Button } from '~/ui/controls';
import { ImageTagsDialog } from './image-tags-dialog';
import './image-tags.css';

export function ImageTagsSection({ project }: { project: Project }): ReactNode {
  const layouts = useLayouts(project.id);
  const [asking, setAsking] = useState(false);
  if (!layouts.data) return null;
  const active = layouts.data.find(({ status }) => status === 'active');
  return (
    <section className="panel" aria-label="Tags of the whole image">
      <div className="toolbar">
        <div>
          <strong>Tags of the whole image</strong>
          <p className="muted">
            {active ? (
              <>
                What is asked about it is in the layout “{active.name}”:{' '}
                <Link href={`/projects/${project.id}/layout`}>change it there</Link>.
              </>
            ) : (
              'Weather: sunny, cloudy, rainy … Nothing is asked about it yet.'
            )}
          </p>
        </div>
        <span className="spacer" />
        {!active && (
          <Button icon={<Plus size={15} aria-hidden />} onClick={() => setAsking(true)}>
            Add tags
          </Button>
        )}
      </div>
      {asking && <ImageTagsDialog project={project} onClose={() => setAsking(false)} />}
    </section>
  );
}
