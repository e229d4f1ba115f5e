-- What a region has to do with others goes with its row, so that the regions query says of a region what its annotation says.
ALTER TABLE regions ADD COLUMN relations jsonb NOT NULL DEFAULT '[]';
