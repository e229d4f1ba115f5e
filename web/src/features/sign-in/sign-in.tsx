import { ApiError, signIn } from '@tandem/client';
import { Loader2 } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';

import { Logo } from '~/app/logo';
import { account, enter, type AuthSession } from '~/session/account';
import { Button } from '~/ui/controls';
import { explain } from '~/ui/explain';

/** One exchange a page: React may mount twice, a link may count uses. */
let exchange: Promise<AuthSession> | null = null;

export function SignInPage({ token }: { token: string | null }): ReactNode {
  const [, go] = useLocation();
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    if (token === null) {
      if (account.get()) go('/', { replace: true });
      return;
    }
    exchange ??= signIn({ baseUrl: location.origin }, token);
    exchange.then(
      (session) => {
        enter(session);
        go('/', { replace: true });
      },
      (cause: unknown) => {
        exchange = null;
        setError(cause);
      },
    );
  }, [token, go]);

  if (token === null) return <SignedOut />;
  if (error === null) {
    return (
      <Card title="Signing in …">
        <Loader2 className="spin" size={18} aria-hidden />
      </Card>
    );
  }
  if (error instanceof ApiError && error.status < 500) {
    return (
      <Card title="This sign-in link is no longer good">
        <p className="muted">{error.message}</p>
        <p className="muted">
          Links work for a limited time. Ask the person who sent it for a new one. <code>tandem serve</code> prints fresh ones for
          the demo workspace each time it starts.
        </p>
      </Card>
    );
  }
  const { title, detail } = explain(error);
  return (
    <Card title={title}>
      <p className="muted">{detail}</p>
      <Button look="solid" onClick={() => location.reload()}>
        Try again
      </Button>
    </Card>
  );
}

export const SignedOut = (): ReactNode => (
  <Card title="Sign in to Tandem">
    <p className="muted">
      Open your personal sign-in link. On your own machine, <code>make up</code> prints one for each person of the demo workspace.
    </p>
  </Card>
);

const Card = ({ title, children }: { title: string; children: ReactNode }): ReactNode => (
  <main className="sign-in">
    <div className="sign-in-card">
      <Logo size={40} />
      <h1>{title}</h1>
      {children}
    </div>
  </main>
);
