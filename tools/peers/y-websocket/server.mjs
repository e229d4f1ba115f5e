// server.mjs PORT FOLDER   @y/websocket-server as its documentation starts it, with documents kept in files: it has no store of its own.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setPersistence, setupWSConnection } from '@y/websocket-server/utils';
import WebSocket from 'ws';
import * as Y from 'yjs';

const [port, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const file = (name) => join(folder, encodeURIComponent(name));
setPersistence({
  provider: null,
  bindState: (name, doc) => {
    if (existsSync(file(name))) Y.applyUpdate(doc, readFileSync(file(name)));
  },
  writeState: async (name, doc) => writeFileSync(file(name), Y.encodeStateAsUpdate(doc)),
});

const sockets = new WebSocket.Server({ noServer: true });
sockets.on('connection', setupWSConnection);
const server = createServer((_, response) => response.end('okay'));
server.on('upgrade', (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit('connection', ws, request)),
);
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
