// The real providers, several versions of each, unmodified, behind one face for the scenarios.
import WebSocket from 'ws';
import { HocuspocusProvider as Hocuspocus2, HocuspocusProviderWebsocket as Hocuspocus2Socket } from 'hocuspocus-provider-2';
import { HocuspocusProvider as Hocuspocus3, HocuspocusProviderWebsocket as Hocuspocus3Socket } from 'hocuspocus-provider-3';
import { HocuspocusProvider as Hocuspocus4, HocuspocusProviderWebsocket as Hocuspocus4Socket } from 'hocuspocus-provider-4';
import { WebsocketProvider } from 'y-websocket';
import { WebsocketProvider as WebsocketProvider1 } from 'y-websocket-1';
import { WebsocketProvider as WebsocketProvider2 } from 'y-websocket-2';
import * as Y from 'yjs';

/** Every provider and socket opened here, so that none is left behind. */
const open = new Set();

export function closeAll() {
  for (const one of open) one.close();
}

/** A WebSocket class whose wires can be cut, and which remembers how they were closed. */
function wires() {
  const made = [];
  const closes = [];
  class Wire extends WebSocket {
    constructor(...args) {
      super(...args);
      made.push(this);
      this.on('close', (code, reason) => closes.push({ code, reason: reason.toString() }));
      this.on('error', () => {});
    }
  }
  return { Wire, made, closes, cut: () => made.at(-1)?.terminate() };
}

const quietly = (doc) => doc ?? new Y.Doc();

function yWebsocket(name, Provider) {
  return {
    name,
    kind: 'y-websocket',
    open(at, task, token, { doc: given, ...options } = {}) {
      const doc = quietly(given);
      const wire = wires();
      const provider = new Provider(`${at.ws}/yjs`, task.id, doc, {
        params: { token },
        WebSocketPolyfill: wire.Wire,
        disableBc: true,
        ...options,
      });
      const one = {
        name,
        doc,
        provider,
        wire,
        awareness: provider.awareness,
        regions: doc.getMap('regions'),
        synced: () => provider.synced,
        close() {
          open.delete(one);
          provider.destroy();
          doc.destroy();
        },
      };
      open.add(one);
      return one;
    },
  };
}

function hocuspocus(name, major, Provider, Socket) {
  const socket = (at) => {
    const wire = wires();
    const options = { url: `${at.ws}/hocuspocus`, WebSocketPolyfill: wire.Wire, delay: 200, minDelay: 100, maxDelay: 1_000 };
    const made = new Socket(options);
    const one = { socket: made, wire, close: () => (open.delete(one), made.destroy()) };
    open.add(one);
    return one;
  };
  return {
    name,
    kind: 'hocuspocus',
    major,
    socket,
    open(at, task, token, { doc: given, on, ...options } = {}) {
      const doc = quietly(given);
      const connection = on ?? socket(at);
      const told = { denied: [], scopes: [], closes: 0, counts: [] };
      const provider = new Provider({
        websocketProvider: connection.socket,
        name: task.id,
        document: doc,
        token,
        broadcast: false,
        quiet: true,
        onAuthenticationFailed: ({ reason }) => told.denied.push(reason),
        ...options,
      });
      provider.on('authenticated', () => told.scopes.push(provider.authorizedScope));
      provider.on('close', () => (told.closes += 1));
      provider.on('unsyncedChanges', (event) => told.counts.push(event.number ?? event));
      // From 3 on a provider on a shared socket is attached by hand.
      provider.attach?.();
      const one = {
        name,
        doc,
        provider,
        told,
        wire: connection.wire,
        awareness: provider.awareness,
        regions: doc.getMap('regions'),
        synced: () => provider.isSynced,
        unsynced: () => provider.unsyncedChanges,
        close() {
          open.delete(one);
          provider.destroy();
          if (!on) connection.close();
          doc.destroy();
        },
      };
      open.add(one);
      return one;
    },
  };
}

export const yWebsockets = [
  yWebsocket('y-websocket 1', WebsocketProvider1),
  yWebsocket('y-websocket 2', WebsocketProvider2),
  yWebsocket('y-websocket 3', WebsocketProvider),
];

export const hocuspocuses = [
  hocuspocus('hocuspocus 2', 2, Hocuspocus2, Hocuspocus2Socket),
  hocuspocus('hocuspocus 3', 3, Hocuspocus3, Hocuspocus3Socket),
  hocuspocus('hocuspocus 4', 4, Hocuspocus4, Hocuspocus4Socket),
];

export const drivers = [...yWebsockets, ...hocuspocuses];
