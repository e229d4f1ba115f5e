//! Queries, a file per aggregate. Each function takes an open [`crate::TenantTx`]; none commits.
