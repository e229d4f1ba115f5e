//! What `make up` brings itself: Postgres and S3 in the data folder.
