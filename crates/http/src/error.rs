use std::error::Error;

use serde::Serialize;
use serde_json::{Map, Value};
use velure_contracts::{Code, FieldError, Problem};

/// What an endpoint answers when it cannot do what was asked.
///
/// It has no `Display`: the cause is for our logs and cannot be printed to a client. Its status comes from its code,
/// so it is an error's status by construction.
#[derive(Debug)]
pub struct ApiError {
    code: Code,
    detail: Option<Box<str>>,
    fields: Vec<FieldError>,
    extensions: Map<String, Value>,
    retry_after: Option<u32>,
    cookies: Vec<String>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl ApiError {
    /// An error with this code and nothing else to say.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            fields: Vec::new(),
            extensions: Map::new(),
            retry_after: None,
            cookies: Vec::new(),
            source: None,
        }
    }

    /// 503: something we need does not answer. `source` says what, in our logs.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Code::Unavailable).retry_after(1).source(source)
    }

    /// 500: a bug of ours. `source` says which, in our logs.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Code::Internal).source(source)
    }

    /// 404: not there, or not the caller's.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Code::NotFound)
    }

    /// 400: a query or path parameter.
    #[must_use]
    pub fn invalid_parameter(name: &str, message: impl Into<String>) -> Self {
        Self::new(Code::InvalidParameter).field(name, "invalid", message)
    }

    /// What happened this time, for a person. Never with internals.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into().into_boxed_str());
        self
    }

    /// One value at fault.
    #[must_use]
    pub fn field(mut self, field: &str, code: &str, message: impl Into<String>) -> Self {
        self.fields.push(FieldError {
            field: field.to_owned(),
            code: code.to_owned(),
            message: message.into(),
        });
        self
    }

    /// A member that belongs to this code.
    #[must_use]
    pub fn extension(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).expect("a contract type is JSON");
        self.extensions.insert(name.to_owned(), value);
        self
    }

    /// When to come back, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// A cookie, as a whole `Set-Cookie` value: for taking away one that is not good any more.
    #[must_use]
    pub fn cookie(mut self, cookie: impl Into<String>) -> Self {
        self.cookies.push(cookie.into());
        self
    }

    /// The cookies, whole `Set-Cookie` values.
    #[must_use]
    pub fn cookies(&self) -> &[String] {
        &self.cookies
    }

    /// The cause, for our logs.
    #[must_use]
    pub fn source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// When to come back.
    #[must_use]
    pub fn retry_after_seconds(&self) -> Option<u32> {
        self.retry_after
    }

    /// The cause and the causes of the cause, for one log line.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        Some(chain(self.source.as_deref()?))
    }

    /// The body of the answer.
    #[must_use]
    pub fn problem(&self, request_id: &str) -> Problem {
        Problem {
            kind: format!("urn:velure:problem:{}", self.code.as_str()),
            title: self.code.title().to_owned(),
            status: self.code.status(),
            code: self.code,
            detail: self
                .detail
                .as_deref()
                .map(str::to_owned)
                .unwrap_or_else(|| format!("{}.", self.code.title())),
            request_id: request_id.to_owned(),
            fields: self.fields.clone(),
            extensions: self.extensions.clone(),
        }
    }
}

/// Collects values at fault, so that one answer names them all.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Nothing at fault so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes one value at fault.
    pub fn add(&mut self, field: impl Into<String>, code: &str, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.into(),
            code: code.to_owned(),
            message: message.into(),
        });
    }

    /// The parsed value, or `None` with its error noted under `field`.
    pub fn take<T, E: std::fmt::Display>(
        &mut self,
        field: &str,
        code: &str,
        outcome: Result<T, E>,
    ) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(field, code, error.to_string());
                None
            }
        }
    }

    /// 422 with every value at fault.
    ///
    /// # Errors
    /// When there is one.
    pub fn check(self) -> Result<(), ApiError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut error = ApiError::new(Code::ValidationFailed);
        error.fields = self.0;
        Err(error)
    }
}

/// An error and the causes of it, in one line for our logs.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
