/** `@tandem/client/testing`: a server in memory, for tests of programs that use the client. */
export { MemoryConnection, MemoryServer, type MemoryServerOptions } from './memory-server.js';
export { MemorySocket } from './memory-socket.js';
export { MemoryTask, type Referee } from './memory-task.js';
