-- claim_next asks for every candidate whether this person skipped it before. Without an index of just those rows the planner may
-- read all assignments there are to find none; what one person skipped is a handful.
CREATE INDEX assignments_skipped ON assignments (user_id, task_id) WHERE status = 'skipped';
