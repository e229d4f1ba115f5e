// What the pages of this test hold in memory, as the system sees it.
import { readdir, readFile } from 'node:fs/promises';

const read = (path) => readFile(path, 'utf8').catch(() => '');

/** MiB of the largest page's process that this test started. Null: the system does not say (it is no Linux). */
export async function largestPage() {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const parents = new Map();
  const pages = [];
  for (const pid of pids) {
    const [stat, command] = await Promise.all([read(`/proc/${pid}/stat`), read(`/proc/${pid}/cmdline`)]);
    parents.set(pid, stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (command.includes('--type=renderer')) pages.push(pid);
  }
  const isOurs = (pid) => pid !== undefined && (pid === String(process.pid) || isOurs(parents.get(pid)));
  const sizes = await Promise.all(
    pages.filter(isOurs).map(async (pid) => Number(/VmRSS:\s+(\d+)/.exec(await read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024),
  );
  return sizes.length === 0 ? null : Math.max(...sizes);
}
