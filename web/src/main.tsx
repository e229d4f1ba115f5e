import '@fontsource-variable/inter';
import './styles/tokens.css';
import './styles/base.css';
import './styles/ui.css';
import './styles/floating.css';
import './styles/shell.css';
import './styles/pages.css';
import './styles/project.css';
import './styles/editors.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './app/app';
import { takeLinkToken } from './session/link';

// Before anything else runs: a token in the address bar ends up in screenshots, histories and shared links.
const linkToken = takeLinkToken(location, history);

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App linkToken={linkToken} />
    </StrictMode>,
  );
}
