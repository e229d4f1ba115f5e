-- What a snapshot holds, so that a room can let people in before its document is built. NULL: not said by whoever wrote it.
-- A program of before this column leaves an older value beside a newer snapshot. That is less than the snapshot holds, which only makes
-- clients send what is there already.
ALTER TABLE document_snapshots ADD COLUMN state_vector bytea;
-- Opening reads the whole of it, and compressed Yjs updates are hardly smaller: uncompressed it is read several times faster.
ALTER TABLE document_snapshots ALTER COLUMN payload SET STORAGE EXTERNAL;
