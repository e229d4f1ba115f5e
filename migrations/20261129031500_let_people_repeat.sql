-- `completion.unique_annotators: false`: a person may answer several slots of a step, one after the other (to see how well they agree with themselves).
ALTER TABLE task_steps ADD COLUMN may_repeat boolean NOT NULL DEFAULT false;
-- Of its step, as it was given.
ALTER TABLE assignments ADD COLUMN may_repeat boolean NOT NULL DEFAULT false;

-- A person has one of a step's slots, as before; where they may repeat, one at a time. A program of before knows the former alone, and gives them one.
CREATE UNIQUE INDEX assignments_one_answer_each ON assignments (task_id, step, round, user_id)
    WHERE status IN ('assigned', 'accepted', 'submitted') AND NOT may_repeat;
CREATE UNIQUE INDEX assignments_one_at_a_time ON assignments (task_id, step, round, user_id) WHERE ended_at IS NULL AND may_repeat;
DROP INDEX assignments_one_slot_each;
