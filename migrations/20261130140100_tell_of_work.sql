-- What is told of work beside what is told of comments: a task that waits for an admin, one that was given or offered to somebody. Such rows have no
-- `from_user`: an earlier program joins by it, so it passes over kinds that it does not know.
ALTER TABLE notifications ALTER COLUMN from_user DROP NOT NULL;
ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check CHECK (kind IN ('mention', 'answer', 'held', 'given', 'offered'));
ALTER TABLE notifications ADD CONSTRAINT notifications_comments_have_writers CHECK (kind NOT IN ('mention', 'answer') OR from_user IS NOT NULL);
-- Who gave it; null: the server.
ALTER TABLE notifications ADD COLUMN by_user uuid REFERENCES users (id);
-- The step it waits in.
ALTER TABLE notifications ADD COLUMN step text CHECK (char_length(step) BETWEEN 1 AND 100);
