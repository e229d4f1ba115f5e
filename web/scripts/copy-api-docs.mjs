// Puts the API explorer (RapiDoc) into the built web app, so that /api/docs works without a network. Part of `npm run build`.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const from = createRequire(import.meta.url).resolve('rapidoc/dist/rapidoc-min.js');
const to = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'api-docs');

// load-fonts="false": the explorer would ask Google for them.
const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Tandem API</title>
    <link rel="icon" href="/favicon.svg" />
    <script type="module" src="/api-docs/rapidoc-min.js"></script>
  </head>
  <body>
    <rapi-doc
      spec-url="/api/openapi.json"
      render-style="read"
      schema-style="table"
      show-header="false"
      load-fonts="false"
      allow-server-selection="false"
      allow-spec-file-download="true"
      persist-auth="false"
    ></rapi-doc>
    <noscript>This page needs JavaScript. The document itself is <a href="/api/openapi.json">openapi.json</a>.</noscript>
  </body>
</html>
`;

await mkdir(to, { recursive: true });
await copyFile(from, path.join(to, 'rapidoc-min.js'));
await writeFile(path.join(to, 'index.html'), page);
