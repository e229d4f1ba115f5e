/** How this client introduces itself; a test holds it to package.json. */
export const PACKAGE = 'tandem-client/0.1.0';
