-- What a task was told that made it take a step, beside the step's name, and in which request. What is long (a model's answer) is kept where it went, not here.
ALTER TABLE state_transitions ADD COLUMN payload jsonb;
ALTER TABLE state_transitions ADD COLUMN request_id text;
