-- How the work of a project stands and the task table of a step read assignments by project and step: without these, all of a project's.
-- Two small ones in place of one over all rows: what has ended without an answer is in neither.
CREATE INDEX assignments_at_work ON assignments (project_id, step, task_id) WHERE ended_at IS NULL;
CREATE INDEX assignments_answered ON assignments (project_id, step, task_id) WHERE status = 'submitted';
