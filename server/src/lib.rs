pub mod api;
pub mod generate;
