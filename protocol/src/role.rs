//! Who a person is. What a role may do is decided by one table: `domain::permission`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person's role in a workspace. `Admin` is admin of every project in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkspaceRole {
    Admin,
    Member,
}

/// A person's role in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectRole {
    Labeler,
    Reviewer,
    Admin,
}

macro_rules! text {
    ($name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word used on the wire and in the database.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::problem::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    other => Err($crate::problem::UnknownWord { word: other.to_owned(), expected: &[$($text),+] }),
                }
            }
        }
    };
}
pub(crate) use text;

text!(WorkspaceRole { Admin = "admin", Member = "member" });
text!(ProjectRole { Labeler = "labeler", Reviewer = "reviewer", Admin = "admin" });
