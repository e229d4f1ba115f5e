// server.mjs PORT FOLDER   @hocuspocus/server with its database extension over files, everything else at its defaults.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '@hocuspocus/extension-database';
import { Server } from '@hocuspocus/server';

const [port, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const file = (name) => join(folder, encodeURIComponent(name));
const server = new Server({
  port: Number(port),
  address: '127.0.0.1',
  quiet: true,
  extensions: [
    new Database({
      fetch: async ({ documentName }) => (existsSync(file(documentName)) ? readFileSync(file(documentName)) : null),
      store: async ({ documentName, state }) => writeFileSync(file(documentName), state),
    }),
  ],
});
await server.listen();
console.log('ready');
