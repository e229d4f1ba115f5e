import { Component, type ReactNode } from 'react';

import { Button } from '~/ui/controls';

interface BoundaryProps {
  children: ReactNode;
  /** A part of a screen that broke says so in its own place; without it all of the screen does. */
  fallback?: (error: Error) => ReactNode;
  /** What it shows: another one is another try. */
  of?: unknown;
}

/** What is said of something that could not be shown. */
export function broken(error: Error): { title: string; about: string; detail: string | null } {
  // After a deploy the old page asks for files that are gone; loading anew gets the new ones.
  const isOld = /dynamically imported module|Importing a module script failed|preload CSS/i.test(error.message);
  if (isOld) {
    return { title: 'A new version of Tandem is here', about: 'Load the page again to get it. Your work is kept.', detail: null };
  }
  return {
    title: 'This screen stopped working',
    about: 'Your work is kept: it lives in the document, not on this screen. Load the page again to go on.',
    detail: error.message,
  };
}

/** A screen that broke says so and offers the way back; the rest of the app, and the work in the document, are unharmed. */
export class Boundary extends Component<BoundaryProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidUpdate(before: BoundaryProps): void {
    if (this.state.error && before.of !== this.props.of) this.setState({ error: null });
  }

  override render(): ReactNode {
    const { error } = this.state;
    const { children, fallback } = this.props;
    if (!error) return children;
    if (fallback) return fallback(error);
    const { title, about, detail } = broken(error);
    return (
      <main className="page-error" role="alert">
        <h1>{title}</h1>
        <p className="muted">{about}</p>
        {detail && <pre className="page-error-detail">{detail}</pre>}
        <div className="row">
          <Button look="solid" onClick={() => location.reload()}>
            Load again
          </Button>
          <Button onClick={() => location.assign('/')}>Go to my work</Button>
        </div>
      </main>
    );
  }
}
