import { Compass } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

import { Empty } from '~/ui/feedback';

export const NotFound = (): ReactNode => (
  <main className="page">
    <Empty
      icon={<Compass size={20} />}
      title="There is nothing at this address"
      action={
        <Link className="btn btn-soft" href="/projects">
          See my projects
        </Link>
      }
    >
      The link may be incomplete, or what it led to was removed.
    </Empty>
  </main>
);
