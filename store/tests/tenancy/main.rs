//! A tenant never sees another tenant, whatever it asks and whatever it claims to be.
//!
//! The tables come from the catalogue, so one added later is tested without being named here: it must be filled by `fill.sql`
//! and must hold.

mod catalogue;
mod claims;
mod reading;
mod roles;
mod world;
mod writing;
