//! One tandem per data folder.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

/// Held as long as the value lives; the kernel lets go of it when the process dies, however it dies.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("{} is in use by another tandem{holder}; stop it, or set TANDEM_DATA_DIR to another folder.", data_dir.display())]
    Held { data_dir: PathBuf, holder: String },
    #[error("The data folder {} cannot be used: {source}.", data_dir.display())]
    Folder { data_dir: PathBuf, source: io::Error },
}

impl Lock {
    pub fn take(data_dir: &Path) -> Result<Self, LockError> {
        let folder = |source| LockError::Folder { data_dir: data_dir.to_owned(), source };
        std::fs::create_dir_all(data_dir).map_err(folder)?;
        let path = data_dir.join("tandem.lock");
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(folder)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Held { data_dir: data_dir.to_owned(), holder: holder(&mut file) }),
            Err(TryLockError::Error(source)) => return Err(folder(source)),
        }
        let pid = std::process::id().to_string();
        file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(pid.as_bytes())).map_err(folder)?;
        Ok(Self { _file: file })
    }
}

fn holder(file: &mut File) -> String {
    let mut pid = String::new();
    match file.read_to_string(&mut pid) {
        Ok(_) if !pid.is_empty() => format!(" (process {pid})"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_tandem_on_the_same_folder_is_told_who_has_it() {
        let folder = std::env::temp_dir().join(format!("tandem-lock-{}", uuid::Uuid::now_v7()));
        let first = Lock::take(&folder).unwrap();
        let refused = Lock::take(&folder).unwrap_err().to_string();
        assert!(refused.contains(&format!("(process {})", std::process::id())), "{refused}");
        drop(first);
        Lock::take(&folder).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
    }
}
