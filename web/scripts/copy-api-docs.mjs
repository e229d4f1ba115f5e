// Puts the API explorer (Swagger UI) into the built web app, so that /api/docs works without a network. Part of `npm run build`.
// swagger-ui-dist is held at 5.17.14: later releases install @scarf/scarf, which reports installations to its maker.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const from = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const to = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'api-docs');

// Beside the page and not in it: the page's policy allows no inline script.
const start = `window.ui = SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  displayOperationId: true,
  validatorUrl: null,
});
`;

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Tandem API</title>
    <link rel="icon" href="/favicon.svg" />
    <link rel="stylesheet" href="/api-docs/swagger-ui.css" />
  </head>
  <body>
    <div id="docs"></div>
    <noscript>This page needs JavaScript. The document itself is <a href="/api/openapi.json">openapi.json</a>.</noscript>
    <script src="/api-docs/swagger-ui-bundle.js"></script>
    <script src="/api-docs/start.js"></script>
  </body>
</html>
`;

await mkdir(to, { recursive: true });
for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'LICENSE']) {
  await copyFile(path.join(from, file), path.join(to, file));
}
await writeFile(path.join(to, 'start.js'), start);
await writeFile(path.join(to, 'index.html'), page);
