pub mod documents;
pub mod objects;
