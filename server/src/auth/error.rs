use actix_web::{HttpResponse, ResponseError, http::StatusCode, http::header};
use tandem_protocol::Problem;

use super::Purpose;

/// Why somebody is not let in. `Display` is what they are told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    #[error("This needs a token: send it as `Authorization: Bearer ...`.")]
    Missing,
    #[error("The token cannot be read: {0}.")]
    Malformed(String),
    #[error("The token was signed by somebody else, or changed since.")]
    Forged,
    #[error("The token is signed with an algorithm this server does not accept.")]
    Algorithm,
    #[error("The token's key is not one of this server's.")]
    UnknownKey,
    #[error("The token expired; refresh the session or sign in again.")]
    Expired,
    #[error("The session was revoked; sign in again.")]
    Revoked,
    #[error("The token is not valid yet; check the clock of the machine that made it.")]
    NotYet,
    #[error("The token was made by another issuer.")]
    Issuer,
    #[error("The token was made for another service or purpose.")]
    Audience,
    #[error("The token is for {got:?}, and {wanted:?} is needed here.")]
    Purpose { wanted: Purpose, got: Purpose },
    #[error("The token lacks the claim \"{0}\".")]
    Claim(String),
    #[error("You are no longer a member of this workspace.")]
    NotAMember,
    #[error("This server takes tokens of the issuer {issuer} and makes none itself: sign in there.")]
    Elsewhere { issuer: String },
    #[error("The token cannot be checked at the moment; try again shortly.")]
    Unavailable,
}

impl AuthError {
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "token_missing",
            Self::Malformed(_) | Self::Forged | Self::Algorithm | Self::UnknownKey => "token_invalid",
            Self::NotYet => "token_not_yet_valid",
            Self::Issuer | Self::Audience | Self::Purpose { .. } | Self::Claim(_) => "token_not_accepted",
            Self::Expired => "token_expired",
            Self::Revoked => "token_revoked",
            Self::NotAMember => "not_a_member",
            Self::Elsewhere { .. } => "sign_in_elsewhere",
            Self::Unavailable => "auth_unavailable",
        }
    }

    #[must_use]
    pub fn problem(&self) -> Problem {
        let title = match self {
            Self::Elsewhere { .. } => "Sign in elsewhere",
            Self::Unavailable => "Identity cannot be checked",
            _ => "Not signed in",
        };
        Problem::new(self.status_code().as_u16(), self.code(), title, self.to_string())
    }
}

impl ResponseError for AuthError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Elsewhere { .. } => StatusCode::CONFLICT,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNAUTHORIZED,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if self.status_code() == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        response.content_type("application/problem+json").json(self.problem())
    }
}

impl From<jsonwebtoken::errors::Error> for AuthError {
    fn from(error: jsonwebtoken::errors::Error) -> Self {
        use jsonwebtoken::errors::ErrorKind;
        match error.kind() {
            ErrorKind::InvalidSignature => Self::Forged,
            ErrorKind::ExpiredSignature => Self::Expired,
            ErrorKind::ImmatureSignature => Self::NotYet,
            ErrorKind::InvalidIssuer => Self::Issuer,
            ErrorKind::InvalidAudience => Self::Audience,
            ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName | ErrorKind::UnsupportedAlgorithm => Self::Algorithm,
            ErrorKind::MissingRequiredClaim(claim) => Self::Claim(claim.clone()),
            // An unknown "alg" (such as "none") fails while the header is read, as JSON.
            ErrorKind::Json(error) => Self::Malformed(error.to_string()),
            _ => Self::Malformed("it is no JSON Web Token".into()),
        }
    }
}
