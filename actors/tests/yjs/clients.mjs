// Yjs clients for Rust tests: one command a line on stdin ({"who", "do", ...}), one answer a line on stdout.
// What a client writes itself is answered as an update, in hex.
import * as readline from 'node:readline';
import * as Y from 'yjs';

const clients = new Map();

function client(name) {
  if (!clients.has(name)) {
    const doc = new Y.Doc();
    const regions = doc.getMap('regions');
    const undo = new Y.UndoManager(regions, { trackedOrigins: new Set(['me']), captureTimeout: 0 });
    clients.set(name, { doc, regions, undo });
  }
  return clients.get(name);
}

/** Does something and answers with the update it made. */
function edit(doc, change) {
  const made = [];
  const hear = (update, origin) => origin !== 'server' && made.push(update);
  doc.on('update', hear);
  change();
  doc.off('update', hear);
  return Buffer.from(made.length === 0 ? [0, 0] : Y.mergeUpdates(made)).toString('hex');
}

const commands = {
  apply: ({ doc }, { update }) => (Y.applyUpdate(doc, Buffer.from(update, 'hex'), 'server'), ''),
  draw: ({ doc, regions }, { id, x }) =>
    edit(doc, () =>
      doc.transact(() => {
        const region = new Y.Map();
        region.set('label', 'car');
        region.set('geometry', { kind: 'box', x, y: 0, width: 1, height: 1 });
        region.set('attributes', new Y.Map([['occluded', true]]));
        regions.set(id, region);
      }, 'me'),
    ),
  move: ({ doc, regions }, { id, x }) =>
    edit(doc, () => doc.transact(() => regions.get(id).set('geometry', { kind: 'box', x, y: 0, width: 1, height: 1 }), 'me')),
  tag: ({ doc, regions }, { id, key, value }) =>
    edit(doc, () => doc.transact(() => regions.get(id).get('attributes').set(key, value), 'me')),
  remove: ({ doc, regions }, { id }) => edit(doc, () => doc.transact(() => regions.delete(id), 'me')),
  undo: ({ doc, undo }) => edit(doc, () => undo.undo()),
  redo: ({ doc, undo }) => edit(doc, () => undo.redo()),
  // Keys in order, so that equal content is equal text.
  read: ({ regions }) =>
    JSON.stringify(regions.toJSON(), (_, value) =>
      value && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    ),
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  console.log(commands[command.do](client(command.who), command));
}
