//! The four kinds of pictures. Each draws back to front.

pub mod harbour;
pub mod parking;
pub mod people;
pub mod street;
pub mod vehicles;
pub mod warehouse;
pub mod world;
