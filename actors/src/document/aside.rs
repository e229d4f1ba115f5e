//! Work on documents that takes long, on threads of its own: the threads of the rooms serve half of all people each.

use std::thread::Builder;

use tokio::sync::{Semaphore, oneshot};

/// Room for the recursion of yrs, which deletes nested values one inside the other.
const STACK: usize = 256 << 20;

/// A document is in memory several times over while it is worked on, and after a restart thousands are asked for at once.
const AT_ONCE: usize = 8;

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

pub(super) fn builder(name: &str) -> Builder {
    Builder::new().name(name.to_owned()).stack_size(STACK)
}

/// Do it elsewhere. Who asked may have gone meanwhile: then nobody is told.
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, &'static str> {
    let _turn = TURNS.acquire().await;
    let (tell, done) = oneshot::channel();
    let work = move || {
        let _ = tell.send(work());
    };
    builder("tandem-aside").spawn(work).map_err(|_| "there is no thread for it")?;
    done.await.map_err(|_| "working on it panicked")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn no_more_at_once_than_may_and_a_panic_is_an_answer() {
        static NOW: AtomicUsize = AtomicUsize::new(0);
        let work = || {
            let now = NOW.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(std::time::Duration::from_millis(2));
            NOW.fetch_sub(1, Ordering::SeqCst);
            now
        };
        let most = futures_util::future::join_all((0..50).map(|_| aside(work))).await;
        assert!(most.iter().all(|now| now.is_ok_and(|now| now < AT_ONCE)), "{most:?}");
        assert_eq!(aside(|| panic!("on purpose")).await.map(|()| 0), Err("working on it panicked"));
    }
}
