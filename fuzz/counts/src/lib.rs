//! The few types of `tandem-store` that the document code names, under their paths and with the fields it uses, so that fuzzing need not
//! build a database client and an S3 client with coverage. If the real ones change, `scripts/fuzz` no longer builds.

pub mod documents {
    use bytes::Bytes;

    #[derive(Clone, Debug)]
    pub struct StoredDocument {
        pub snapshot: Option<Bytes>,
        pub state_vector: Option<Bytes>,
        pub updates: Vec<Bytes>,
    }

    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Merged {
        pub update: Vec<u8>,
        pub state_vector: Vec<u8>,
    }

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
