/** Delivers what closed tabs left behind: joins each task for as long as it takes, without showing it. */
import type { Delivery, TaskRoom } from '../surface.js';

export async function deliver(tasks: readonly string[], open: (taskId: string) => TaskRoom): Promise<Delivery> {
  const delivered: string[] = [];
  const failed: { taskId: string; reason: string }[] = [];
  // One after the other: a morning's backlog must not elbow out the task somebody opens now.
  for (const taskId of tasks) {
    const room = open(taskId);
    try {
      await room.whenSaved();
      delivered.push(taskId);
    } catch (error) {
      failed.push({ taskId, reason: error instanceof Error ? error.message : String(error) });
    } finally {
      room.close();
    }
  }
  return { delivered, failed };
}
