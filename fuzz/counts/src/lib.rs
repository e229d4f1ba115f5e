//! The one type of `tandem-store` that the document code names, under its path, so that fuzzing need not build a database client and an
//! S3 client with coverage. If the real one changes, `scripts/fuzz` no longer builds.

pub mod documents {
    pub mod history {
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Counts {
            pub regions: usize,
            pub added: usize,
            pub changed: usize,
            pub removed: usize,
        }
    }
}
