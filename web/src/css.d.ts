import 'react';

declare module 'react' {
  interface CSSProperties {
    /** A person's colour, for rules of the style sheet. */
    '--peer'?: string;
    /** A label's colour. */
    '--label'?: string;
    /** How long tasks wait before a step, 0 to 1. */
    '--heat'?: string;
  }
}
