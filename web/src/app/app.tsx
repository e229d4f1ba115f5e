import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { ApiError } from '@tandem/client';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { Route, Switch, useLocation } from 'wouter';

import { Home } from '~/features/home/home';
import { NoticesWatch } from '~/features/notices/watch';
import { ProjectPage } from '~/features/project/project';
import { Projects } from '~/features/projects/projects';
import { SignInPage, SignedOut } from '~/features/sign-in/sign-in';
import { SystemPage } from '~/features/system/system';
import { later } from '~/lib/later';
import { useStore } from '~/lib/use-store';
import { account, type AuthSession } from '~/session/account';
import { BackendContext, connect, type Backend } from '~/session/backend';
import { TipProvider } from '~/ui/tip';
import { Toasts } from '~/ui/toast';
import { Boundary } from './boundary';
import { NotFound } from './not-found';
import { Shell } from './shell';

const Workbench = later(
  () => import('~/features/workbench/workbench'),
  <div className="bench-loading" aria-busy="true" aria-label="Opening the workbench" />,
);
const ModelsPage = later(() => import('~/features/models/models'), <main className="page" aria-busy="true" />);

const newClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // The API client retries what is worth it; a refusal stays one.
        retry: (count, error) => !(error instanceof ApiError) && count < 2,
        refetchOnWindowFocus: true,
      },
    },
  });

interface AppProps {
  /** The token of a sign-in link, already out of the address bar. */
  linkToken: string | null;
  connectTo?: (session: AuthSession) => Backend;
}

export function App({ linkToken, connectTo = connect }: AppProps): ReactNode {
  const session = useStore(account);
  const [path] = useLocation();
  return (
    <Boundary>
      <TipProvider>
        {path === '/sign-in' ? (
          <SignInPage token={linkToken} />
        ) : session ? (
          <SignedIn key={session.me.user.id} session={session} connectTo={connectTo} />
        ) : (
          <SignedOut />
        )}
        <Toasts />
      </TipProvider>
    </Boundary>
  );
}

function SignedIn({ session, connectTo }: { session: AuthSession; connectTo: (session: AuthSession) => Backend }): ReactNode {
  const client = useMemo(() => newClient(), []);
  // Renewed tokens are the same person; another person mounts this anew.
  const [backend] = useState(() => connectTo(session));
  useEffect(() => {
    const close = (): void => backend.close();
    addEventListener('pagehide', close);
    return () => removeEventListener('pagehide', close);
  }, [backend]);
  return (
    <BackendContext value={backend}>
      <QueryClientProvider client={client}>
        <NoticesWatch />
        <Switch>
          <Route path="/projects/:projectId/tasks/:taskId">
            {({ projectId, taskId }) => <Workbench projectId={projectId} taskId={taskId} />}
          </Route>
          <Route>
            <Shell>
              <Screens />
            </Shell>
          </Route>
        </Switch>
      </QueryClientProvider>
    </BackendContext>
  );
}

const Screens = (): ReactNode => (
  <Boundary>
    <Switch>
      <Route path="/">
        <Home />
      </Route>
      <Route path="/projects">
        <Projects />
      </Route>
      <Route path="/admin/system">
        <SystemPage />
      </Route>
      <Route path="/admin/models">
        <ModelsPage />
      </Route>
      <Route path="/projects/:projectId/:tab?">
        {({ projectId, tab }) => <ProjectPage key={projectId} projectId={projectId} tab={tab ?? 'tasks'} />}
      </Route>
      <Route>
        <NotFound />
      </Route>
    </Switch>
  </Boundary>
);
