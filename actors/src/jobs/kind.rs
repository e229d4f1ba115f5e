//! What a kind of job is: something that can be done with an input, stopped at each of its steps, and done again from the beginning with no
//! other effect than once.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tandem_store::{
    StoreError,
    jobs::{Claim, JobError, Step},
    objects::ObjectError,
};

use super::Cancel;

/// A kind of job. It runs on threads of the jobs alone, so it may take the processor for long; it must look at [`Work::go_on`] every now and then.
#[async_trait]
pub trait Kind: Send + Sync + 'static {
    /// As it stands in the rows.
    fn name(&self) -> &'static str;

    /// Does it. Whatever it leaves behind when it fails, is killed or loses the job, another attempt must be able to go on from.
    async fn run(&self, work: &Work) -> Result<Done, Failure>;
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Done {
    /// To be written down as the job's result.
    Result(Value),
    /// The job has ended already, in the transaction of its effect ([`tandem_store::jobs::succeed`]).
    Committed,
}

/// Why an attempt did not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Another attempt would end the same way. In words for whoever asked for the job.
    Refused(String),
    /// Another attempt may do it.
    Broken(String),
    /// It was told to stop ([`Work::go_on`]), and did.
    Stopped,
    /// It is another worker's by now.
    Lost,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Broken(format!("The database could not do it: {error}."))
    }
}

impl From<ObjectError> for Failure {
    fn from(error: ObjectError) -> Self {
        // Keys and addresses are for the log.
        tracing::warn!(%error, "the object store");
        Self::Broken("The object store could not be reached, or refused a file.".to_owned())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(format!("Temporary files could not be written or read: {error}."))
    }
}

impl From<JobError> for Failure {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Lost => Self::Lost,
            JobError::Store(error) => error.into(),
        }
    }
}

/// A job in somebody's hands. Cheap to clone; every clone is the same.
#[derive(Clone, Debug)]
pub struct Work {
    pub claim: Arc<Claim>,
    pub cancel: Cancel,
    step: Arc<Mutex<Step>>,
}

impl Work {
    #[must_use]
    pub fn new(claim: Claim) -> Self {
        Self { claim: Arc::new(claim), cancel: Cancel::default(), step: Arc::default() }
    }

    /// What is to be done, as the kind reads it.
    ///
    /// # Errors
    /// [`Failure::Refused`] if it is not of this kind: another program wrote it.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_value(self.claim.input.clone()).map_err(|e| Failure::Refused(format!("The input cannot be read: {e}.")))
    }

    /// Says how far it is. Costs next to nothing: those who watch are told a few times a second.
    pub fn progress(&self, phase: &'static str, done: u64, total: u64) {
        let mut step = self.step.lock().unwrap_or_else(PoisonError::into_inner);
        *step = Step { phase: Some(phase.to_owned()), done, total };
    }

    /// # Errors
    /// [`Failure::Stopped`] if it is not to go on.
    pub fn go_on(&self) -> Result<(), Failure> {
        if self.cancel.is_cancelled() { Err(Failure::Stopped) } else { Ok(()) }
    }

    #[must_use]
    pub fn step(&self) -> Step {
        self.step.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
