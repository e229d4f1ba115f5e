//! Every kind of problem the API answers with. `docs/problems.md` is generated from this table.

use std::fmt::Write as _;

macro_rules! kinds {
    ($($variant:ident $code:literal $status:literal $retry:ident $title:literal $what:literal;)+) => {
        /// A kind of problem: its machine word, HTTP status and title never change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $(#[doc = $what] $variant),+ }

        impl Kind {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// Whether the same request, unchanged, may succeed later.
            #[must_use]
            pub fn retryable(self) -> bool {
                match self { $(Self::$variant => kinds!(@ $retry)),+ }
            }

            /// What to make of it, for the docs.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $what),+ }
            }
        }
    };
    (@ later) => { true };
    (@ never) => { false };
}

kinds! {
    MalformedJson         "malformed_json"         400 never "Not JSON"                        "The body is not JSON; `detail` says where it stops being so.";
    MalformedRequest      "malformed_request"      400 never "Not readable"                    "The request cannot be read at all.";
    TokenMissing          "token_missing"          401 never "Not signed in"                   "Send `Authorization: Bearer ...`.";
    TokenInvalid          "token_invalid"          401 never "Not signed in"                   "The token is damaged, forged, or signed with a key or algorithm this server does not accept.";
    TokenNotYetValid      "token_not_yet_valid"    401 later "Not signed in"                   "The token begins to be good later; check the clock of the machine that made it.";
    TokenNotAccepted      "token_not_accepted"     401 never "Not signed in"                   "The token was made by another issuer, for another service or purpose, or lacks a claim.";
    TokenExpired          "token_expired"          401 never "Not signed in"                   "Refresh the session or sign in again.";
    TokenRevoked          "token_revoked"          401 never "Not signed in"                   "The person was signed out everywhere; sign in again.";
    NotAMember            "not_a_member"           401 never "Not signed in"                   "The person is no longer a member of the workspace.";
    Forbidden             "forbidden"              403 never "Not allowed"                     "`details` names the action, the role it needs and the role you have.";
    NotFound              "not_found"              404 never "Not found"                       "There is no such thing, or you are not in the project it belongs to.";
    NoSuchRoute           "no_such_route"          404 never "No such route"                   "The API has no such path; see `/api/docs`.";
    MethodNotAllowed      "method_not_allowed"     405 never "Wrong method"                    "The path is right, the method is not; the `allow` header lists those there are.";
    AlreadyExists         "already_exists"         409 never "Already exists"                  "A name that must be unique is taken; `errors` names the field.";
    IdempotencyMismatch   "idempotency_mismatch"   409 never "Idempotency key used before"     "The same `Idempotency-Key` came with another body before. Use a new key for a new request.";
    LeaseStale            "lease_stale"            409 never "Somebody else holds the task"    "The fencing token is older than the task's newest lease; `details` says who holds it now. The work stays in the document.";
    LeaseExpired          "lease_expired"          409 never "The lease ran out"               "Nobody else has the task yet: lease it again with `next`. The work stays in the document.";
    LeaseNotActive        "lease_not_active"       409 never "The lease has ended"             "It was submitted, skipped or given back before; `details.status` says which.";
    LeaseNotYours         "lease_not_yours"        403 never "Somebody else's lease"           "Only its holder may do this.";
    NotEligible           "not_eligible"           403 never "You may not have this task"       "Who may work on a step is the workflow's; the reasons are listed.";
    NotAccepted           "not_accepted"           403 never "Accept the task first"            "Its step shows what is in it only to whoever has accepted it (`content_after_accepting`).";
    NotNow                "not_now"                409 never "Not where the task stands"        "Read where the task stands and try what it waits for.";
    ProjectNotActive      "project_not_active"     409 never "The project is not active"       "Its status must be `active` for that.";
    JobOpen               "job_open"               409 later "A job of this kind is open"     "Wait until the job that is at it has ended, or cancel it.";
    UploadMissing         "upload_missing"         409 later "The bytes are not there"         "PUT the bytes to the upload's URL first, then complete.";
    AssetNotReady         "asset_not_ready"        409 never "The image is not ready"          "The image was not completed or was rejected.";
    DocumentBehind        "document_behind"        409 later "Edits are still on their way"    "The server does not hold all edits of the given state vector yet; send it again.";
    DocumentFull          "document_full"          409 never "The document is full"            "It would hold more bytes than a document may. Nothing was changed.";
    WorkflowInUse         "workflow_in_use"        409 never "The version is in use"           "What was ever active does not change, because tasks are on it: make the next version.";
    WorkflowChanged       "workflow_changed"       409 never "Somebody else saved it"          "The draft was saved since `seen`: read it again and repeat the change on it.";
    LayoutInUse           "layout_in_use"          409 never "The version is in use"           "What was ever active does not change, because tasks are on it: make the next version.";
    LayoutChanged         "layout_changed"         409 never "Somebody else saved it"          "The draft was saved since `seen`: read it again and repeat the change on it.";
    SignInElsewhere       "sign_in_elsewhere"      409 never "Sign in elsewhere"               "This server takes tokens of an identity provider and makes none itself.";
    PayloadTooLarge       "payload_too_large"      413 never "Too large"                       "The body is larger than `details.limit` bytes.";
    UnsupportedMediaType  "unsupported_media_type" 415 never "Not JSON"                        "Send `content-type: application/json`.";
    Invalid               "invalid"                422 never "A rule is broken"                "`errors` names each field and the rule it breaks.";
    RegionsInvalid        "regions_invalid"        422 never "Regions break the rules"         "`errors` names each region's field and the rule it breaks. Nothing was submitted.";
    WorkflowInvalid       "workflow_invalid"       422 never "The workflow cannot run"         "`errors` names each place as a JSON Pointer into the form, the rule it breaks and the reason. Nothing was saved.";
    LayoutInvalid         "layout_invalid"         422 never "The layout has mistakes"         "`errors` names each place as `line:column`, the rule it breaks and the reason. Nothing was activated.";
    InvalidAnswer         "invalid_answer"         422 never "The answer breaks the rules"     "`errors` names each field of the task's layout and the rule it breaks. Nothing was submitted.";
    TooManyRequests       "too_many_requests"      429 later "Too many requests"               "Wait as long as `retry-after` says.";
    Internal              "internal"               500 never "Our mistake"                     "Quote the `request_id` when you report it.";
    DatabaseUnavailable   "database_unavailable"   503 later "The database is away"            "Nothing was changed. Try again shortly.";
    StorageUnavailable    "storage_unavailable"    503 later "The object storage is away"      "Nothing was changed. Try again shortly.";
    DocumentUnavailable   "document_unavailable"   503 later "The live document is away"       "It cannot be loaded at the moment. Nothing was submitted; try again shortly.";
    AuthUnavailable       "auth_unavailable"       503 later "Identity cannot be checked"      "The keys of the identity provider cannot be had at the moment. Try again shortly.";
}

/// The table as Markdown, for `docs/problems.md`.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "# Problems\n\n\
         Generated from `server/src/api/problem/kinds.rs` by `make generate`; do not edit.\n\n\
         Every refusal of the REST API is an RFC 9457 problem (`application/problem+json`) with `type`, `title`, `status`, `detail`, \
         `code`, `retryable` and `request_id`; where fields are at fault, `errors` names each `field`, the `rule` it breaks and says it in \
         words; `details` holds facts of the kind. Decide by `code`; `detail` is for people and may change.\n\n\
         | code | status | retryable | what |\n|---|---|:-:|---|\n",
    );
    for kind in Kind::ALL {
        let again = if kind.retryable() { "yes" } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| `{}` | {} | {again} | {} |", kind.code(), kind.status(), kind.meaning());
    }
    page
}
