-- Jobs that ended long ago are forgotten when their project gets another (store/src/pg/jobs.rs).
GRANT DELETE ON jobs TO tandem_server;
